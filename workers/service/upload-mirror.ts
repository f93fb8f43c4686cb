import { Outbox } from './outbox.ts'
import { SyncFault, type SyncApi } from './sync-api.ts'
import type { SyncStore } from './sync-store.ts'

/**
 * Background Sync: the browser says that the network is back, perhaps with no tab open. Uploads what the mirror holds.
 * What the server refuses leaves the mirror and stays in the database's outbox, where the person is told of it.
 * Rejects on a passing fault, so that the browser tries again later.
 */
export async function uploadMirror(api: SyncApi, store: SyncStore): Promise<void> {
  const outbox = new Outbox()
  outbox.add(await store.mirrored())
  for (let upload = outbox.nextUpload(); upload; upload = outbox.nextUpload()) {
    const { stream } = upload
    try {
      const results = outbox.uploaded(await api.append(stream, upload.events))
      await store.unmirror(results.map(({ id }) => ({ stream, id })))
    } catch (error) {
      const fault = error instanceof SyncFault && error.kind === 'refused' ? error.fault : null
      if (!fault || fault.code === 'SIGNED_OUT') throw error
      await store.unmirror(outbox.refused(fault).map(({ id }) => ({ stream, id })))
    }
  }
}
