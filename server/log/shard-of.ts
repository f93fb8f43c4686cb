import { createHash } from 'node:crypto'

/** In which of so many shards a stream lies. It says where each stream is, so it never changes for a log that has events. */
export function shardOf(stream: string, shards: number): number {
  return createHash('sha256').update(stream).digest().readUInt32BE() % shards
}
