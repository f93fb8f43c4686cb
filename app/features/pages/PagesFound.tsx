import { useMemo } from 'react'
import { keyIn } from '../../../schema/events/key.ts'
import { excerptOf } from '../../../schema/search/excerpt.ts'
import { pageSearch, type PageHitRow } from '../../../schema/search/page-search.ts'
import { sql, useLiveQuery } from '../../live/index.ts'
import { currentRoute, navigate, panelBeside } from '../../routes.ts'
import { MessageCard } from '../../shell/PanelFrame.tsx'

/** The pages that answer to what was typed; a click opens one. */
export function PagesFound({ home, typed, none }: { home: string; typed: string; none: React.ReactNode }) {
  const asked = useMemo(() => pageSearch(home, typed), [home, typed])
  const { data, status } = useLiveQuery(asked && sql<PageHitRow>(asked.query.sql, asked.query.parameters))
  if (!asked || status !== 'ready' || data.length === 0) return asked && status === 'loading' ? null : none
  return data.map(({ id, stream, room_id, room, title, at, body }) => (
    <MessageCard
      key={keyIn(stream, id)}
      author={title}
      where={`page in ${room}`}
      at={at}
      onOpen={() => {
        const { panel, ...route } = currentRoute()
        navigate({ ...route, room: room_id, page: id, panel: panelBeside(panel), message: null })
      }}
    >
      {excerptOf(body, asked.sought).map(({ text, marked }, place) =>
        marked ? <mark key={place}>{text}</mark> : text,
      )}
    </MessageCard>
  ))
}
