import { useState } from 'react'
import { filter, firstValueFrom } from 'rxjs'
import type { ChatClient } from '../../../../workers/chat/chat-client.ts'
import { useLive } from '../../../live/index.ts'
import { judge, type Held, type Trial, type Verdict } from './nothing-lost.ts'

/** A trial and its outcome; `verdict` null: the next one does not serve yet. */
export interface Tried extends Trial {
  readonly verdict: (Verdict & { readonly waiting: number; readonly ms: number }) | null
}

/** Ends something, and counts what is there before and after. */
export function useTrial(): { readonly tried: Tried | null; run(what: Trial['what']): Promise<void> } {
  const { client } = useLive()
  const [tried, setTried] = useState<Tried | null>(null)
  return {
    tried,
    async run(what) {
      const before = await held(client)
      const begun: Trial = { what, at: Date.now(), before }
      setTried({ ...begun, verdict: null })
      await (what === 'leader' ? anotherLeader(client) : anotherCoordinator(client))
      const verdict = judge(before, ...(await found(client, before.newest)))
      const ms = Date.now() - begun.at
      const { waiting } = await held(client)
      setTried({ ...begun, verdict: { ...verdict, waiting, ms } })
    },
  }
}

async function anotherLeader(client: ChatClient): Promise<void> {
  const { epoch } = await firstValueFrom(client.status$)
  client.runtime.endLeader()
  await firstValueFrom(client.status$.pipe(filter((status) => status.activeTab !== null && status.epoch > epoch)))
}

async function anotherCoordinator(client: ChatClient): Promise<void> {
  const before = (await client.runtime.facts())?.coordinatorId
  client.runtime.endCoordinator()
  for (;;) {
    // what the one that dies was asked is never answered
    const facts = await Promise.race([client.runtime.facts(), soon(null)])
    if (facts && facts.coordinatorId !== before && facts.leader?.phase === 'open') return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const soon = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(resolve, 50, value))

/** What is in the log: rows, and blocks of what is sealed (docs/data.md). */
const eventCount = '(SELECT count(*) FROM events) + (SELECT ifnull(sum(events), 0) FROM applied_events)'
/** the newest ones are not sealed (workers/event-store/store.ts) */
const newestEvents = `SELECT json_group_array(stream || ' ' || event_id) FROM (SELECT stream, event_id FROM events ORDER BY clock DESC LIMIT 8)`

async function held(client: ChatClient): Promise<Held> {
  const { rows } = await client.query(
    `SELECT ${eventCount}, (${newestEvents}), (SELECT count(*) FROM outbox WHERE state = 'pending')`,
  )
  const [events, newest, waiting] = rows[0] as [number, string, number]
  return { events, newest: JSON.parse(newest) as string[], waiting }
}

async function found(
  client: ChatClient,
  keys: readonly string[],
): Promise<[Pick<Held, 'events'>, ReadonlySet<string>]> {
  const { rows } = await client.query(
    `SELECT ${eventCount}, (SELECT json_group_array(stream || ' ' || event_id) FROM events
       WHERE stream || ' ' || event_id IN (SELECT value FROM json_each(?)))`,
    [JSON.stringify(keys)],
  )
  const [events, there] = rows[0] as [number, string]
  return [{ events }, new Set(JSON.parse(there) as string[])]
}
