import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'react'
import { streamOfRoom, streamOfSpace } from '../schema/events/streams.ts'
import { atLeast, type Role } from '../schema/rights/roles.ts'
import { useRouteFocus } from './focus/use-route-focus.ts'
import { useClientStatus, useLive, useLiveQuery, type Live } from './live/index.ts'
import { loadTheRest } from './load-the-rest.ts'
import { currentRoute, navigate, useRoute, type Route } from './routes.ts'
import { dropKeptScreen, isLive } from './kept-screen/shown-screen.ts'
import { useKeptScreen } from './kept-screen/use-kept-screen.ts'
import { knowsNobody, rememberSpaces } from './known-device.ts'
import { Button } from './shell/Button.tsx'
import { PaneBoundary } from './shell/PaneBoundary.tsx'
import { Toasts } from './shell/toasts.tsx'
import { useLate } from './shell/use-late.ts'
import { usePhone } from './shell/use-phone.ts'
import { ConflictsOf } from './features/conflicts/conflicts.tsx'
import { useActors } from './features/identity/identity.ts'
import { useInvitation } from './features/invitations/use-invitation.ts'
import { firstRoomOf, lastRoomOf, rememberRoom } from './features/rooms/last-room.ts'
import { RoomList } from './features/rooms/RoomList.tsx'
import { RoomPane } from './features/rooms/RoomPane.tsx'
import { usePrivateRooms } from './features/rooms/private-rooms.ts'
import { roomsOf } from './features/rooms/rooms-query.ts'
import { keepLocal, useLocalIsHere, useServerPage } from './features/server-page/server-page.ts'
import { ServerRoom } from './features/rooms/ServerRoom.tsx'
import { LossBanner } from './features/spaces/LossBanner.tsx'
import { NameMarksOf } from './features/spaces/name-marks.tsx'
import { SpaceRail } from './features/spaces/SpaceRail.tsx'
import { Welcome } from './features/spaces/Welcome.tsx'
import { mySpaces, type SpaceRow } from './features/spaces/spaces-query.ts'
import { ProblemBanner } from './features/status/ProblemBanner.tsx'
import { UpdateBanner } from './features/status/UpdateBanner.tsx'
import { forgetTimeline } from './features/timeline/timeline-windows.ts'
import { TimelineSkeleton } from './features/timeline/TimelineSkeleton.tsx'
import pane from './shell/pane.module.css'
import css from './App.module.css'

const PagePane = lazy(() => import('./features/pages/PagePane.tsx'))
const AddSpace = lazy(() => import('./features/spaces/AddSpace.tsx'))
const Inspector = lazy(() => import('./features/inspector/Inspector.tsx'))
const RoomSwitcher = lazy(() => import('./features/rooms/RoomSwitcher.tsx'))
const JoinByLink = lazy(() => import('./features/invitations/JoinByLink.tsx'))
const SidePanel = lazy(() => import('./SidePanel.tsx'))

/** The whole screen: banners, and below them the first steps or the spaces. */
export function App() {
  const actors = useActors()
  const spaces = useLiveQuery(mySpaces(actors))
  const localIsHere = useLocalIsHere()
  const waiting = spaces.status === 'loading' || !localIsHere
  const late = useLate(waiting)
  // a device that knows nobody is welcomed at once; its database opens meanwhile
  const [welcome] = useState(knowsNobody)
  const count = spaces.data.length
  const invitation = useInvitation()
  const { problem } = useClientStatus()
  useEffect(() => {
    // what is said instead must be seen
    if (problem || invitation || (!waiting && count === 0)) dropKeptScreen()
  }, [problem, invitation, waiting, count])
  useEffect(() => {
    // whatever a part of the screen waits for
    if (!waiting) return void setTimeout(dropKeptScreen, 5000)
  }, [waiting])
  useLayoutEffect(() => {
    if (waiting) return
    keepLocal()
    rememberSpaces(count)
  }, [waiting, count])
  return (
    <div className={css.app}>
      <ProblemBanner />
      <UpdateBanner />
      <LossBanner />
      <div className={css.screen}>
        <PaneBoundary name="the app">
          {invitation ? (
            <Suspense>
              <JoinByLink link={invitation} />
            </Suspense>
          ) : count === 0 && (welcome || !waiting) ? (
            <Welcome />
          ) : waiting ? (
            late && <Starting />
          ) : (
            <Spaces spaces={spaces.data} />
          )}
        </PaneBoundary>
        <InspectorBeside />
      </div>
      <Toasts />
    </div>
  )
}

/** Beside the whole app, whatever that shows. */
function InspectorBeside() {
  const { inspect } = useRoute()
  if (!inspect) return null
  return (
    <div className={css.inspector}>
      <PaneBoundary name="the inspector">
        <Suspense>
          <Inspector inspect={inspect} />
        </Suspense>
      </PaneBoundary>
    </div>
  )
}

function Starting() {
  const { problem } = useClientStatus()
  const { space, room } = useRoute()
  const page = useServerPage(space && (room ? streamOfRoom(space, room) : streamOfSpace(space)), room)
  if (problem && !page) return <p className={pane.instead}>The data cannot be shown yet. See above.</p>
  return (
    <div className={css.shell} data-pane="room">
      <div className={css.rail} />
      <div className={css.list} />
      <main className={css.main}>{page ? <ServerRoom page={page} /> : <TimelineSkeleton />}</main>
    </div>
  )
}

function Spaces({ spaces }: { spaces: readonly SpaceRow[] }) {
  const route = useRoute()
  useRouteFocus(route)
  useKeptScreen(spaces[0]!.id)
  const { client } = useLive()
  useEffect(() => loadTheRest(client), [client])
  const [dialog, setDialog] = useState<'add' | 'switch' | null>(null)
  const close = useCallback(() => setDialog(null), [])
  const space = spaces.find((each) => route.space && each.stream === streamOfSpace(route.space)) ?? null
  const joined = useMemo(() => new Set(spaces.map((each) => each.id)), [spaces])
  useShortcut('k', () => setDialog((shown) => (shown === 'switch' ? null : 'switch')))

  useEffect(() => {
    // the address of a space that is still on its way stays as it is
    if (!route.space) navigate({ space: spaces[0]!.id }, { replace: true })
  }, [route.space, spaces])

  const pane = route.panel ? 'panel' : route.room ? 'room' : 'list'
  return (
    <div className={css.shell} data-shell data-pane={pane} data-panel={route.panel ? '' : undefined}>
      <div className={css.rail}>
        <SpaceRail spaces={spaces} current={space?.id ?? null} onAdd={() => setDialog('add')} />
      </div>
      {space ? (
        <InSpace space={space} route={route} onSwitch={() => setDialog('switch')} />
      ) : (
        <Arriving route={route} onAdd={() => setDialog('add')} />
      )}
      {dialog === 'add' && (
        <Suspense>
          <AddSpace joined={joined} close={close} />
        </Suspense>
      )}
      {dialog === 'switch' && (
        <Suspense>
          <RoomSwitcher close={close} />
        </Suspense>
      )}
    </div>
  )
}

function InSpace({ space, route, onSwitch }: { space: SpaceRow; route: Route; onSwitch(): void }) {
  const live = useLive()
  const phone = usePhone()
  const { data: open, status } = useLiveQuery(roomsOf(space.stream))
  useEffect(() => {
    if (!route.room && status !== 'loading') isLive('main')
  }, [route.room, status])
  const own = usePrivateRooms(space.id)
  const rooms = useMemo(() => [...open, ...own.rooms, ...own.directs], [open, own])
  const stream = route.room ? streamOfRoom(space.id, route.room) : space.stream
  useEffect(() => {
    if (route.room) return rememberRoom(space.id, route.room)
    const room = firstRoomOf(rooms, lastRoomOf(space.id))
    // on a phone the list of rooms is a screen of its own
    if (room && matchMedia('(min-width: 640px)').matches) navigate({ ...currentRoute(), room }, { replace: true })
  }, [space.id, route.room, rooms])
  useEffect(() => {
    const room = rooms.find((each) => each.id === route.room)
    document.title = room ? `${room.name} · ${space.name}` : space.name
  }, [rooms, route.room, space.name])

  return (
    <NameMarksOf stream={space.stream}>
      <ConflictsOf
        space={space.stream}
        room={streamOfRoom(space.id, route.room ?? '')}
        admin={atLeast(space.role as Role, 'admin')}
      >
        <div
          className={css.list}
          data-region="list"
          role={phone && !route.room && !route.panel ? 'main' : 'region'}
          aria-label={`Space ${space.name}`}
        >
          <PaneBoundary name="the list of rooms" resetKey={space.id}>
            <RoomList space={space} onSwitch={onSwitch} />
          </PaneBoundary>
        </div>
        <main className={css.main} data-region="main">
          <PaneBoundary
            name={route.page ? 'the page' : 'the room'}
            resetKey={route.page ?? route.room}
            onError={() => letGoOf(live, stream, route.room)}
          >
            {route.room && route.page ? (
              <Suspense>
                <PagePane key={route.page} space={space} route={route} room={route.room} page={route.page} />
              </Suspense>
            ) : route.room && status !== 'loading' ? (
              <RoomPane space={space} route={route} listed={rooms.find((each) => each.id === route.room) ?? null} />
            ) : (
              !route.room &&
              status === 'ready' &&
              rooms.length === 0 && <p className={pane.instead}>{space.name} has no rooms yet.</p>
            )}
          </PaneBoundary>
        </main>
        {route.panel && (
          <div className={css.panel} data-region="panel">
            <PaneBoundary
              name="the panel"
              resetKey={JSON.stringify(route.panel)}
              onError={() => route.panel?.kind === 'thread' && letGoOf(live, stream, route.panel.thread)}
            >
              <Suspense>
                <SidePanel space={space} route={route} panel={route.panel} />
              </Suspense>
            </PaneBoundary>
          </div>
        )}
      </ConflictsOf>
    </NameMarksOf>
  )
}

/** A timeline failed: another try begins at no place of before. */
function letGoOf(live: Live, stream: string, room: string | null): void {
  if (room) forgetTimeline(live, stream, room)
  if (currentRoute().message) navigate({ ...currentRoute(), message: null }, { replace: true })
}

/** A space that was just joined, or a link to one that this device does not have. */
function Arriving({ route, onAdd }: { route: Route; onAdd(): void }) {
  const { sync } = useClientStatus()
  useEffect(dropKeptScreen, [])
  if (!route.space) return null
  const stranger = sync.state === 'live' || sync.state === 'off' || sync.state === 'signed-out'
  return (
    <main className={`${css.main} ${css.alone}`}>
      <div className={pane.instead}>
        <div role="status">
          <h1>
            {stranger
              ? 'You are not a member of this space on this device.'
              : 'This space is on its way. It opens as soon as its first events are here.'}
          </h1>
        </div>
        {stranger && <Button onClick={onAdd}>Find a space to join</Button>}
      </div>
    </main>
  )
}

/** Ctrl or ⌘ with a key, wherever the focus is. */
function useShortcut(key: string, run: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== key || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return
      event.preventDefault()
      run()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  })
}
