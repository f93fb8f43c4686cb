import { useEffect, useRef, useState } from 'react'
import type { PastRoom } from '../../../../schema/messages/past.ts'
import { sql, useLive, useLiveRow } from '../../../live/index.ts'

/** so many messages of a moment are shown */
export const shown = 40

/** Behind every clock that an event can have. */
export const now = String(2n ** 63n - 1n)

/** How many messages a room has, the deleted ones too: each is a place on the slider. Null: nothing is known of the room. */
export function useMessageCount(stream: string, room: string): number | null {
  return (
    useLiveRow(
      sql<{ readonly count: number }>(
        `SELECT count(*) AS count FROM timeline_items t JOIN entities e ON e.id = t.timeline_id JOIN streams s ON s.id = e.stream
         WHERE s.name = ? AND e.name = ?`,
        [stream, room],
      ),
    ).row?.count ?? null
  )
}

/**
 * The room at a clock. One question at a time is on its way: a slider that moves on asks for where it is when the answer
 * comes, and not for every place that it passed. `fresh`: asked anew when it changes.
 */
export function usePast(stream: string, room: string, clock: string, fresh: number | null) {
  const { client } = useLive()
  const [past, setPast] = useState<{ readonly clock: string; readonly room: PastRoom; readonly ms: number } | null>(
    null,
  )
  const [error, setError] = useState<Error | null>(null)
  const wanted = useRef<{ readonly clock: string; readonly fresh: number | null } | null>(null)
  const asking = useRef(false)
  useEffect(() => {
    wanted.current = { clock, fresh }
    const ask = async (): Promise<void> => {
      const asked = wanted.current
      if (asking.current || asked === null) return
      asking.current = true
      const began = performance.now()
      try {
        const found = await client.pastRoom({ stream, room, clock: asked.clock, messages: shown })
        setPast({ clock: asked.clock, room: found, ms: performance.now() - began })
        setError(null)
      } catch (met) {
        setError(met as Error)
      }
      asking.current = false
      if (wanted.current !== asked) void ask()
    }
    void ask()
  }, [client, stream, room, clock, fresh])
  return { past, error }
}

/** The clock of the n-th message of a room, from 1; null: it has fewer. */
export async function clockOfMessage(
  query: ReturnType<typeof useLive>['client']['query'],
  stream: string,
  room: string,
  n: number,
): Promise<string | null> {
  const { rows } = await query(
    `SELECT CAST(t.order_key AS TEXT) FROM timeline_items t WHERE t.timeline_id =
       (SELECT e.id FROM entities e JOIN streams s ON s.id = e.stream WHERE s.name = ? AND e.name = ?)
     ORDER BY t.order_key LIMIT 1 OFFSET ?`,
    [stream, room, n - 1],
  )
  return (rows[0]?.[0] as string | undefined) ?? null
}
