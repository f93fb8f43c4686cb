import { assertNever } from '../../../schema/assert.ts'
import type { Panel, Route } from '../../routes.ts'
import { SearchPanel } from '../search/SearchPanel.tsx'
import { MembersPanel } from '../spaces/MembersPanel.tsx'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { PinsPanel } from '../threads/PinsPanel.tsx'
import { ThreadPanel } from '../threads/ThreadPanel.tsx'
import { ThreadsPanel } from '../threads/ThreadsPanel.tsx'

/** What stands beside the room: a chunk of its own. */
export default function SidePanel({ space, route, panel }: { space: SpaceRow; route: Route; panel: Panel }) {
  switch (panel.kind) {
    case 'thread':
      return <ThreadPanel key={panel.thread} space={space} route={route} thread={panel.thread} />
    case 'threads':
      return route.room ? <ThreadsPanel key={route.room} stream={space.stream} room={route.room} /> : null
    case 'pins':
      return route.room ? <PinsPanel stream={space.stream} room={route.room} /> : null
    case 'members':
      return <MembersPanel space={space} />
    case 'search':
      return <SearchPanel stream={space.stream} text={panel.text} />
    default:
      return assertNever(panel)
  }
}
