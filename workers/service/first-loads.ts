import { homeOf } from '../../schema/events/home-of.ts'
import type { StreamSync } from './stream-sync.ts'
import type { SyncEffect } from './sync-steps.ts'

/** without a word of a snapshot its history is asked for after all */
const silenceMs = 30_000

export interface FirstLoadBounds {
  /** fewer events come one by one … */
  readonly snapshotEvents: number
  /** … and so do those of a home of which more than this is here, when so many are to come */
  readonly besideSnapshot: (events: number) => number
}

export interface FirstLoadParts {
  readonly bounds: FirstLoadBounds
  readonly streamsOf: (home: string) => readonly StreamSync[]
  readonly carryOut: (effect: SyncEffect) => void
}

/**
 * Histories that come as one file. Law: a home with much to come and little here is asked for once, whichever of its streams is heard
 * of first, and however far the others are; what it still lacks waits until the file was taken in, or there is none.
 *
 * Example: a person joins a space. Its own stream has 12 events, and is read to its end before the server tells of the room with
 * 200,000: the file brings the room, and what is here of the space is taken back and applied again (workers/snapshot/merge-snapshot.ts).
 */
export class FirstLoads {
  readonly #parts: FirstLoadParts
  readonly #underWay = new Set<string>()
  readonly #ended = new Set<string>()

  constructor(parts: FirstLoadParts) {
    this.#parts = parts
  }

  get isEmpty(): boolean {
    return this.#underWay.size === 0
  }

  /** More is known of this stream than before. */
  consider(stream: string): void {
    const home = homeOf(stream)
    if (home === null || this.#ended.has(home)) return
    const streams = this.#parts.streamsOf(home)
    if (!this.#underWay.has(home)) {
      if (!this.#isWorthAFile(streams)) return
      this.#underWay.add(home)
      this.#parts.carryOut({ type: 'SEND', message: { type: 'SNAPSHOT_WANTED', home } })
      this.#listen()
    }
    for (const each of streams) if (each.toCome > 0) each.holdForSnapshot()
  }

  progress(home: string, part: number): void {
    if (!this.#underWay.has(home)) return
    for (const stream of this.#parts.streamsOf(home)) stream.snapshotAt(part)
    this.#listen()
  }

  /** With the cursors of what was taken in. */
  ended(home: string, cursors: ReadonlyMap<string, string>): void {
    this.#underWay.delete(home)
    this.#ended.add(home)
    for (const stream of this.#parts.streamsOf(home)) stream.goOn(cursors.get(stream.stream) ?? null)
    this.#listen()
  }

  /** Nothing was heard for too long. */
  giveUp(): void {
    for (const home of this.#underWay) this.ended(home, new Map())
  }

  forget(): void {
    if (this.isEmpty) return
    this.#underWay.clear()
    this.#listen()
  }

  #listen(): void {
    this.#parts.carryOut({ type: 'TIMER', timer: 'snapshot', ms: this.isEmpty ? null : silenceMs })
  }

  #isWorthAFile(streams: readonly StreamSync[]): boolean {
    const { bounds } = this.#parts
    const sum = (of: (stream: StreamSync) => number) => streams.reduce((all, stream) => all + of(stream), 0)
    const toCome = sum((stream) => stream.toCome)
    return toCome >= bounds.snapshotEvents && sum((stream) => stream.here) <= bounds.besideSnapshot(toCome)
  }
}
