import { Pin } from 'lucide-react'
import { plainText } from '../../../schema/text/plain-text.ts'
import { useLiveQuery } from '../../live/index.ts'
import { EmptyPanel, MessageCard, PanelFrame } from '../../shell/PanelFrame.tsx'
import { currentRoute, navigate } from '../../routes.ts'
import { pinnedIn } from './threads-query.ts'

/** The pinned messages of a room; a click shows one in its place. */
export function PinsPanel({ stream, room }: { stream: string; room: string }) {
  const { data, status } = useLiveQuery(pinnedIn(stream, room))
  return (
    <PanelFrame title="Pinned" subtitle={null} scroll>
      {status === 'ready' && data.length === 0 && <EmptyPanel icon={Pin} text="Nothing is pinned here." />}
      {data.map((row) => (
        <MessageCard
          key={row.id}
          author={row.author_name}
          at={row.created_at}
          onOpen={() => navigate({ ...currentRoute(), message: row.id })}
        >
          {plainText(row.snippet)}
        </MessageCard>
      ))}
    </PanelFrame>
  )
}
