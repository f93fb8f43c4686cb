import * as v from 'valibot'
import { bounds } from './bounds.ts'
import { id } from './payload-fields.ts'

/** What a view asks: words, in the stream of a space or room, or one SELECT over this device's tables. */
export const viewSource = v.variant('kind', [
  v.object({ kind: v.literal('search'), stream: id, text: v.pipe(v.string(), v.maxLength(bounds.viewLength)) }),
  v.object({ kind: v.literal('sql'), sql: v.pipe(v.string(), v.maxLength(bounds.viewLength)) }),
])
export type ViewSource = v.InferOutput<typeof viewSource>
