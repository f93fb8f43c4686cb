import { lazy, useEffect, type ReactNode } from 'react'
import { homeStream, isPrivateRoom, streamOfRoom } from '../schema/events/streams.ts'
import { isLive } from './kept-screen/shown-screen.ts'
import type { Panel, PanelKind, PanelOf } from './panels.ts'
import type { Route } from './routes.ts'
import { PagesPanel } from './features/pages/PagesPanel.tsx'
import { SearchPanel } from './features/search/SearchPanel.tsx'
import { MembersPanel } from './features/members/MembersPanel.tsx'
import { RoomMembersPanel } from './features/members/RoomMembersPanel.tsx'
import type { SpaceRow } from './features/spaces/spaces-query.ts'
import { PinsPanel } from './features/threads/PinsPanel.tsx'
import { ThreadPanel } from './features/threads/ThreadPanel.tsx'
import { ThreadsPanel } from './features/threads/ThreadsPanel.tsx'
import { TourPanel } from './features/demo-tour/TourPanel.tsx'
import { QueryPanel } from './features/views/QueryPanel.tsx'
import { ViewPanel } from './features/views/ViewPanel.tsx'

// they read Yjs documents
const PageComments = lazy(() => import('./features/pages/PageComments.tsx'))
const PageHistory = lazy(() => import('./features/pages/PageHistory.tsx'))

interface Shown<K extends PanelKind> {
  readonly space: SpaceRow
  readonly route: Route
  readonly panel: PanelOf<K>
}

/** What stands beside the room: a chunk of its own. */
export default function SidePanel(shown: { space: SpaceRow; route: Route; panel: Panel }) {
  useEffect(() => isLive('panel'), [])
  return (content[shown.panel.kind] as (shown: Shown<PanelKind>) => ReactNode)(shown)
}

/** Of each kind of panel (panels.ts) its component. */
const content: { readonly [K in PanelKind]: (shown: Shown<K>) => ReactNode } = {
  thread: ({ space, route, panel }) => (
    <ThreadPanel key={panel.thread} space={space} route={route} thread={panel.thread} />
  ),
  search: ({ space, route, panel }) => (
    <SearchPanel home={route.room ? homeStream(streamOfRoom(space.id, route.room)) : space.stream} text={panel.text} />
  ),
  threads: ({ space, route }) =>
    route.room ? <ThreadsPanel key={route.room} stream={streamOfRoom(space.id, route.room)} room={route.room} /> : null,
  pages: ({ space, route }) =>
    route.room ? <PagesPanel key={route.room} space={space} room={route.room} open={route.page} /> : null,
  comments: ({ space, route: { room, page } }) =>
    room && page ? <PageComments key={page} space={space} stream={streamOfRoom(space.id, room)} page={page} /> : null,
  history: ({ space, route: { room, page }, panel }) =>
    room && page ? (
      <PageHistory key={page} space={space} stream={streamOfRoom(space.id, room)} page={page} at={panel.at} />
    ) : null,
  pins: ({ space, route }) =>
    route.room ? <PinsPanel stream={streamOfRoom(space.id, route.room)} room={route.room} /> : null,
  view: ({ space, panel }) => <ViewPanel key={panel.view} space={space} id={panel.view} />,
  query: ({ space, panel }) => <QueryPanel key={panel.sql} space={space} sql={panel.sql} name={panel.name} />,
  tour: () => <TourPanel />,
  members: ({ space, route }) =>
    route.room && isPrivateRoom(route.room) ? (
      <RoomMembersPanel key={route.room} space={space} room={route.room} />
    ) : (
      <MembersPanel space={space} />
    ),
}
