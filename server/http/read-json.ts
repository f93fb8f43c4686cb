import type { Context } from 'hono'
import * as v from 'valibot'
import { Fault } from '../fault.ts'

/** The request's body as JSON of the given shape, or a Fault that names the field. */
export async function readJson<T extends v.GenericSchema>(c: Context, shape: T): Promise<v.InferOutput<T>> {
  let input: unknown
  try {
    input = JSON.parse(await c.req.text())
  } catch (error) {
    if (error instanceof SyntaxError) throw new Fault('MALFORMED_REQUEST', `the body is not JSON: ${error.message}`)
    throw error
  }
  const parsed = v.safeParse(shape, input)
  if (parsed.success) return parsed.output
  const issue = parsed.issues[0]
  const field = v.getDotPath(issue) ?? ''
  throw new Fault('MALFORMED_REQUEST', `${field || 'body'}: ${issue.message}`, { field })
}

/** A whole number from the query string, bounded; `fallback` when it is absent. */
export function queryNumber(c: Context, name: string, fallback: number, max: number): number {
  const text = c.req.query(name)
  if (text === undefined) return fallback
  const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : NaN
  if (!(number >= 1 && number <= max)) {
    throw new Fault('MALFORMED_REQUEST', `${name}: must be a whole number from 1 to ${max}`, { field: name })
  }
  return number
}
