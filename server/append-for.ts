import { ulid } from 'ulid'
import { nextClock } from '../schema/events/clock.ts'
import type { AnyEvent } from '../schema/events/event.ts'
import type { Committer } from './committer.ts'
import type { Directory } from './directory.ts'

/**
 * Writes events about a person in their own name, as they have just asked. They come after all that is said of them, also by a device
 * whose clock runs ahead. `shown`: the invitation whose secret they have shown.
 */
export async function appendFor(
  { directory, committer }: { readonly directory: Directory; readonly committer: Committer },
  actor: string,
  stream: string,
  drafts: readonly { readonly type: string; readonly payload: object }[],
  shown: string | null = null,
): Promise<void> {
  const outline = await directory.outline(stream)
  const said = outline.map(({ data }) => JSON.parse(data) as AnyEvent).filter(({ entity }) => entity === actor)
  let clock = said.reduce((latest, event) => (BigInt(event.clock) > latest ? BigInt(event.clock) : latest), 0n)
  const events = drafts.map((draft) => {
    clock = nextClock(clock, Date.now())
    return { id: ulid(), ...draft, stream, actor, clock: String(clock), at: Date.now(), deps: [], entity: actor }
  })
  await committer.append(actor, stream, events, shown)
}
