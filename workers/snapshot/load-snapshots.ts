import type { FromSync, ToSync } from '../../schema/messages/sync.ts'
import type { ApplicationDatabase } from '../runtime/application.ts'
import { bytesInMemory } from '../runtime/storage/attached-bytes.ts'
import type { Store } from '../event-store/store.ts'
import { mergeSnapshot, type MergeOutcome } from './merge-snapshot.ts'

/** The database's side of a first load: one snapshot at a time is fetched and taken in. Law: each that is wanted is ended. */
export function snapshotLoads(
  store: Store,
  database: Pick<ApplicationDatabase, 'epoch' | 'full' | 'attach' | 'failed'>,
  fetchSnapshot: (home: string, onProgress: (part: number) => void) => Promise<Uint8Array | null>,
  tell: { send(message: ToSync): void; took(): void },
) {
  const { epoch } = database
  const loading = new Set<string>()
  let last: Promise<void> = Promise.resolve()

  async function load(home: string): Promise<void> {
    let outcome = none
    try {
      let told = 0
      const bytes = await fetchSnapshot(home, (part) => {
        if (part - told < 0.02 && part < 1) return
        told = part
        // the rest is for taking it in
        tell.send({ type: 'SNAPSHOT_PROGRESS', epoch, home, part: part * 0.6 })
      })
      if (bytes && !database.full) outcome = take(bytes, home)
      if (bytes && outcome.type === 'Refused') console.warn('snapshot: %s', outcome.reason)
    } catch (error) {
      database.failed(error)
    } finally {
      loading.delete(home)
      tell.send({ type: 'SNAPSHOT_ENDED', epoch, home, cursors: outcome.type === 'Merged' ? outcome.cursors : [] })
      if (outcome.type === 'Merged') tell.took() // perhaps other streams to follow
    }
  }

  function take(bytes: Uint8Array, home: string): MergeOutcome {
    let detach = () => {}
    try {
      detach = database.attach('snapshot', bytesInMemory(bytes))
    } catch (error) {
      return { type: 'Refused', reason: `it is no database: ${(error as Error).message}` }
    }
    try {
      return mergeSnapshot(store, 'snapshot', (one) => one === home)
    } finally {
      detach()
    }
  }

  return {
    want({ home }: Extract<FromSync, { type: 'SNAPSHOT_WANTED' }>): void {
      if (loading.has(home)) return // asked by a sync client that was started anew: it is on its way
      loading.add(home)
      last = last.then(() => load(home))
    },
  }
}

const none = { type: 'Refused', reason: 'there is none' } as MergeOutcome
