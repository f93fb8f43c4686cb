import { Pin } from 'lucide-react'
import { plainText } from '../../../schema/text/plain-text.ts'
import { useLiveQuery } from '../../live/index.ts'
import { EmptyPanel, MessageCard, PanelFrame } from '../../shell/PanelFrame.tsx'
import { currentRoute, goToMessage, panelBeside } from '../../routes.ts'
import { useNameMarks } from '../spaces/name-marks.tsx'
import { pinnedIn } from './threads-query.ts'

/** The pinned messages of a room; a click shows one in its place. */
export function PinsPanel({ stream, room }: { stream: string; room: string }) {
  const marks = useNameMarks()
  const { data, status } = useLiveQuery(pinnedIn(stream, room))
  return (
    <PanelFrame kind="pins" subtitle={null} scroll>
      {status === 'ready' && data.length === 0 && <EmptyPanel icon={Pin} text="Nothing is pinned here." />}
      {data.map((row) => (
        <MessageCard
          key={row.id}
          author={row.author_name + (marks.get(row.author_id) ?? '')}
          at={row.created_at}
          onOpen={() => {
            const route = currentRoute()
            goToMessage({ ...route, panel: panelBeside(route.panel), message: row.id })
          }}
        >
          {plainText(row.snippet)}
        </MessageCard>
      ))}
    </PanelFrame>
  )
}
