import type { Context } from 'hono'
import type { ForkPoint, Producer, Setup } from './stream-state.ts'

/** What the protocol's own headers say. Each function throws BadRequest with the header's name. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
}

export function setupOf(c: Context, fork: ForkPoint | null): Setup {
  const contentType = c.req.header('content-type') || null
  const ttl = c.req.header('stream-ttl')
  const expires = c.req.header('stream-expires-at')
  if (ttl !== undefined && expires !== undefined) throw new BadRequest('Stream-TTL and Stream-Expires-At: give one')
  if (ttl !== undefined && !isWhole(ttl)) throw new BadRequest('Stream-TTL: must be whole seconds, such as 3600')
  const expiresAt = expires === undefined ? null : timeOf(expires)
  return { contentType, ttlSeconds: ttl === undefined ? null : Number(ttl), expiresAt, fork }
}

function timeOf(text: string): number {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text)
  const time = isTime ? Date.parse(text) : NaN
  if (Number.isNaN(time)) throw new BadRequest('Stream-Expires-At: must be a time such as 2026-01-01T00:00:00Z')
  return time
}

export function forkOf(c: Context, nameOf: (path: string) => string): ForkPoint | null {
  const from = c.req.header('stream-forked-from')
  const offset = c.req.header('stream-fork-offset') ?? null
  const sub = c.req.header('stream-fork-sub-offset')
  if (from === undefined) {
    if (offset !== null || sub !== undefined) throw new BadRequest('Stream-Forked-From: is missing')
    return null
  }
  if (sub !== undefined && !isWhole(sub)) throw new BadRequest('Stream-Fork-Sub-Offset: must be a whole number')
  const subOffset = Number(sub ?? 0)
  if (subOffset > 0 && offset === null) throw new BadRequest('Stream-Fork-Offset: is missing')
  return { source: nameOf(from), offset, subOffset }
}

export function producerOf(c: Context): Producer | null {
  const given = ['producer-id', 'producer-epoch', 'producer-seq'].map((name) => c.req.header(name))
  if (given.every((value) => value === undefined)) return null
  const [id, epoch, seq] = given
  if (!id) throw new BadRequest('Producer-Id: is missing')
  if (!isWhole(epoch) || !isWhole(seq)) throw new BadRequest('Producer-Epoch and Producer-Seq: must be whole numbers')
  return { id, epoch: Number(epoch), seq: Number(seq) }
}

const isWhole = (text: string | undefined): text is string =>
  /^(0|[1-9]\d*)$/.test(text ?? '') && Number.isSafeInteger(Number(text))
