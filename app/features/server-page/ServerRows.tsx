import { useLayoutEffect, useMemo, useRef } from 'react'
import { isLive } from '../../kept-screen/shown-screen.ts'
import { MessageActionsContext, noActions } from '../messages/message-actions.ts'
import { MessageRow } from '../messages/MessageRow.tsx'
import { DateLine } from '../timeline/DateLine.tsx'
import { timelineItems } from '../timeline/timeline-items.ts'
import timelineCss from '../timeline/Timeline.module.css'
import type { ServerPage } from './server-page.ts'
import css from './ServerPage.module.css'

interface Props {
  readonly page: ServerPage
  readonly me: string | null
  readonly myNames: readonly string[]
}

/** In the place of the timeline, at its end, and row for row as it will be, but for threads and the line above what is new. */
export function ServerRows({ page, me, myNames }: Props) {
  const { rows, fromBeginning } = page
  const items = useMemo(() => timelineItems(rows, { readUpTo: null, me, fromBeginning }), [rows, me, fromBeginning])
  const viewport = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = viewport.current!
    element.scrollTop = element.scrollHeight
    // newer than what was kept
    isLive('main')
  }, [])
  return (
    <MessageActionsContext value={noActions}>
      <div className={timelineCss.timeline}>
        <div
          ref={viewport}
          className={timelineCss.viewport}
          role="log"
          aria-label="Newest messages, from the server"
          tabIndex={0}
        >
          <div className={timelineCss.content}>
            {items.map((item) => {
              if (item.kind === 'date') return <DateLine key={item.key} item={item} />
              if (item.kind === 'new') return null
              return (
                <MessageRow
                  key={item.key}
                  row={item.row}
                  leads={item.leads}
                  me={me}
                  myNames={myNames}
                  editing={false}
                  highlighted={false}
                  choosing={false}
                  threads={false}
                  readOnly
                />
              )
            })}
          </div>
        </div>
        <p className={css.mark} role="status">
          From the server, to read only: this device’s data is still opening.
        </p>
      </div>
    </MessageActionsContext>
  )
}
