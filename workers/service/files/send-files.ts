import type { AnyEvent } from '../../../schema/events/event.ts'
import type { NamedFile } from '../../../schema/events/payload-fields.ts'
import { namedFiles } from '../../../schema/files/named-files.ts'
import { SyncFault, type ServerApi, type SyncApi } from '../sync-api.ts'
import type { FileNews } from './file-line.ts'
import type { FileStore } from './file-store.ts'

/**
 * Files go before the message that names them. They go in pieces, so that a slow line loses one of them at most, whatever dies; how
 * much is there is the server's word alone. Law: an append reaches the server only when it has all files of its events.
 *
 * Example: 1 MB, of which the server has 300 kB from an earlier life → a piece at 0, answered “300 kB”; pieces from there on.
 */
export function withFiles(
  api: SyncApi,
  server: Pick<ServerApi, 'put'>,
  files: Pick<FileStore, 'find' | 'sent'>,
  tell: (news: FileNews) => void,
  now: () => number = Date.now,
): SyncApi {
  /** an append that is begun again does not send them twice at once */
  const running = new Map<string, Promise<void>>()
  let piece = firstPiece

  function send(event: AnyEvent, file: NamedFile): Promise<void> {
    const key = `${event.stream} ${event.id} ${file.sha256}`
    const sending = running.get(key) ?? sendFile(event, file).finally(() => running.delete(key))
    running.set(key, sending)
    return sending
  }

  async function sendFile({ stream, id: message }: AnyEvent, { sha256, size }: NamedFile): Promise<void> {
    const blob = await files.find({ stream, message, sha256 })
    // without it the server may still have it: it is only asked
    for (let at = 0, stuck = 0; ;) {
      const bytes = blob?.slice(at, at + piece) ?? new Blob()
      const begun = now()
      const { received, done } = await server.put(sha256, { at, size, bytes }).catch((error: unknown) => {
        piece = Math.max(smallestPiece, piece / 2)
        throw error
      })
      if (done) return
      if (!blob)
        throw new SyncFault('refused', 'the file is not on this device', { code: 'FILE_MISSING', message: sha256 })
      tell({ type: 'SENDING', stream, message, sha256, sent: received, size })
      piece = pieceAfter(piece, now() - begun)
      stuck = received === at ? stuck + 1 : 0
      if (stuck > 2) throw new SyncFault('passing', 'the server takes no more of the file')
      at = received
    }
  }

  return {
    ...api,
    async append(stream, events) {
      for (const event of events) for (const file of namedFiles(event)) await send(event, file)
      const results = await api.append(stream, events)
      for (const event of events) {
        if (namedFiles(event).length === 0) continue
        await files.sent(stream, event.id).catch((error: unknown) => console.warn('files:', error))
        tell({ type: 'SENT', stream, message: event.id })
      }
      return results
    },
  }
}

const firstPiece = 256 << 10
const smallestPiece = 32 << 10
const largestPiece = 4 << 20

/** Larger where the line is quick, smaller where the next one might not arrive in time. */
function pieceAfter(piece: number, ms: number): number {
  if (ms < 1000) return Math.min(largestPiece, piece * 2)
  return ms > 5000 ? Math.max(smallestPiece, piece / 2) : piece
}
