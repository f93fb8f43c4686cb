import type { SnapshotInfo } from '../../workers/snapshot/snapshot-info.ts'
import type { LogItem } from '../log/event-log.ts'

/** Server → its read model's thread. Each is answered once, in order. `path` names the file of one model. */
export type ToReadModel =
  | { readonly type: 'open'; readonly path: string }
  | {
      readonly type: 'apply'
      readonly path: string
      readonly stream: string
      readonly items: readonly Pick<LogItem, 'seq' | 'receivedAt' | 'data'>[]
    }
export type Answer =
  | { readonly type: 'opened'; readonly cursors: Readonly<Record<string, string>>; readonly setAside: number }
  | { readonly type: 'applied'; readonly setAside: number }
  | { readonly type: 'failed'; readonly message: string }

/** What the thread that makes a snapshot is given, and says. */
export interface SnapshotOrder {
  /** of a model, which goes on meanwhile */
  readonly model: string
  /** where the snapshot is to lie, compressed */
  readonly path: string
  readonly streams: readonly string[]
}
export interface MadeSnapshot {
  readonly streams: SnapshotInfo['streams']
  /** of the database, before it was compressed */
  readonly bytes: number
  readonly sha256: string
}
