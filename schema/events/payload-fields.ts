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
export const nothing = v.object({ author })
