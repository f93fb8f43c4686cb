import * as v from 'valibot'
import { bounds, idInWords, isId } from './bounds.ts'
import { nameFault } from './names.ts'

/** What payloads are made of. */
export const title = v.pipe(
  v.string(),
  v.check(
    (name) => nameFault(name) === null,
    ({ input }) => nameFault(input as string) ?? '',
  ),
)
export const topic = v.pipe(v.string(), v.maxLength(bounds.topicLength))
export const text = v.pipe(v.string(), v.maxLength(bounds.textLength))
export const id = v.pipe(v.string(), v.check(isId, idInWords))
export const emoji = v.pipe(v.string(), v.maxLength(bounds.emojiLength), v.check(isId, idInWords))
/** The original person of an imported event: shown instead of the actor. */
export const author = v.optional(v.object({ id, name: title }))
/** What is known of a file beside its bytes; `type` is what the author's device took it for. */
export const namedFile = v.object({
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal')),
  name: title,
  type: v.pipe(v.string(), v.maxLength(100), v.regex(/^[a-z]+\/[a-z0-9.+-]+$/, 'must be a media type')),
  size: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** of an image, in pixels: room is kept for it before it is here */
  width: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000))),
  height: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000))),
  /** what it shows, for who does not see it */
  alt: v.optional(topic),
})
export type NamedFile = v.InferOutput<typeof namedFile>
export const nothing = v.object({ author })
