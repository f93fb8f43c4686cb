import { useEffect } from 'react'
import { formatRoute } from '../routes.ts'
import { sql, useLiveQuery } from '../live/index.ts'
import { useActors } from '../features/identity/identity.ts'
import { lastRoomOf } from '../features/rooms/last-room.ts'
import { useSettled } from '../shell/use-settled.ts'
import { holdTo, leadsTo } from './keep-screen.ts'

const erasures = sql<{ readonly erased: number }>('SELECT count(*) AS erased FROM erasures')
const streamsOf = (actors: readonly [string, string]) =>
  sql<{ readonly stream: string }>(
    'SELECT stream FROM memberships WHERE person_id IN (?, ?) AND active = 1 ORDER BY stream',
    actors,
  )

/** Throws the kept screen away when a message is erased, or a space or private room is left: it may be on it. */
export function useKeptScreen(firstSpace: string): void {
  const settled = useSettled()
  const actors = useActors()
  const { data: counts } = useLiveQuery(settled ? erasures : null)
  const streams = useLiveQuery(settled ? streamsOf(actors) : null)
  const erased = counts[0]?.erased
  const { data, status } = streams
  useEffect(() => {
    if (erased === undefined || status !== 'ready') return
    holdTo(JSON.stringify([erased, ...data.map(({ stream }) => stream)]))
  }, [erased, data, status])
  useEffect(() => {
    // on a phone the list of rooms is a screen of its own
    const room = matchMedia('(min-width: 640px)').matches ? lastRoomOf(firstSpace) : null
    leadsTo(formatRoute({ space: firstSpace, room }))
  })
}
