import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { IncomingMessage } from 'node:http'
import * as v from 'valibot'
import { Fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import { JsonShape } from './json-shape.ts'

/**
 * Request bodies: JSON in UTF-8, within bounds that are looked at while the bytes arrive. All bodies together hold a
 * bounded number of bytes, from their first byte until `work` is done.
 */
export interface Bodies {
  /** The body as JSON of the given shape, handed to `work`; a Fault that names the field otherwise. */
  withJson<T extends v.GenericSchema, R>(
    c: Context,
    shape: T,
    work: (body: v.InferOutput<T>, bytes: number) => R | Promise<R>,
  ): Promise<R>
  /** The body as it is; `shaped`: it will be parsed as JSON, and so must not be nested or filled beyond all use. */
  withBytes<R>(c: Context, shaped: boolean, work: (bytes: Buffer) => Promise<R>): Promise<R>
}

type BodyLimits = Pick<Limits, 'bodyBytes' | 'bodyBytesInAll' | 'bodyDepth' | 'bodyValues'>

export function startBodies(limits: BodyLimits): Bodies {
  let inAll = 0

  async function read(c: Context, hold: (bytes: number) => void, shaped: boolean): Promise<Buffer> {
    const { incoming } = c.env as HttpBindings
    const announced = Number(c.req.header('content-length') ?? 0)
    if (announced > limits.bodyBytes) throw tooLarge()
    const shape = new JsonShape(limits.bodyDepth, limits.bodyValues)
    let size = 0
    return collect(incoming, (chunk) => {
      hold(chunk.length)
      size += chunk.length
      if (size > limits.bodyBytes) throw tooLarge()
      if (inAll > limits.bodyBytesInAll) {
        throw new Fault('TOO_MANY_REQUESTS', 'too much is being sent at once: try again', { retryAfterSeconds: 2 })
      }
      const problem = shaped ? shape.take(chunk) : null
      if (problem) throw new Fault('MALFORMED_REQUEST', `the body is nested or filled beyond all use: ${problem}`)
    })
  }

  async function withBytes<R>(c: Context, shaped: boolean, work: (bytes: Buffer) => Promise<R>): Promise<R> {
    let held = 0
    try {
      const hold = (bytes: number) => {
        held += bytes
        inAll += bytes
      }
      return await work(await read(c, hold, shaped))
    } finally {
      inAll -= held
    }
  }

  return {
    withBytes,
    async withJson(c, shape, work) {
      requireJsonType(c)
      return withBytes(c, true, async (bytes) => {
        const parsed = v.safeParse(shape, parse(bytes), { abortEarly: true })
        if (parsed.success) return await work(parsed.output, bytes.length)
        const issue = parsed.issues[0]
        const field = v.getDotPath(issue) ?? ''
        throw new Fault('MALFORMED_REQUEST', `${field || 'body'}: ${issue.message}`, { field })
      })
    },
  }
}

const tooLarge = () => new Fault('BODY_TOO_LARGE', 'the request is too large: at most 8 MiB')

/** The rest of a body that is refused is not ours to read: the connection is drained or cut by who made it. */
function collect(incoming: IncomingMessage, look: (chunk: Buffer) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const finish = (settle: () => void) => {
      incoming.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
      settle()
    }
    const onData = (chunk: Buffer) => {
      try {
        look(chunk)
        chunks.push(chunk)
      } catch (error) {
        incoming.pause()
        finish(() => reject(error as Error))
      }
    }
    const onEnd = () => finish(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    // nobody is there any more to read the answer
    const onBroken = () => finish(() => reject(new Fault('MALFORMED_REQUEST', 'the body broke off')))
    incoming.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
    if (incoming.readableEnded) onEnd()
    else if (incoming.destroyed) onBroken()
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parse(bytes: Buffer): unknown {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw new Fault('MALFORMED_REQUEST', 'the body is not UTF-8')
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Fault(
      'MALFORMED_REQUEST',
      `the body is not JSON: ${(error as Error).message.slice(0, 200).toWellFormed()}`,
    )
  }
}

/** JSON, or what a program sends that does not say: a form or a file is none. */
function requireJsonType(c: Context): void {
  const [type = '', ...parameters] = (c.req.header('content-type') ?? '').toLowerCase().split(';')
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='))?.split('=')[1]
  const fits = ['', 'application/json', 'text/plain'].includes(type.trim())
  const encoding = c.req.header('content-encoding') ?? 'identity'
  if (fits && encoding === 'identity' && ['utf-8', 'utf8'].includes((charset ?? 'utf-8').trim().replaceAll('"', '')))
    return
  throw new Fault('UNSUPPORTED_TYPE', 'the body must be application/json in UTF-8, not compressed')
}
