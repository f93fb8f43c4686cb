/**
 * The bytes of a message as they lie in the log, which keeps text: UTF-8 as itself, anything else as base64. JSON stays
 * as it was written, with all its digits and spaces.
 */
export type Payload = string | { readonly base64: string }

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function toPayload(bytes: Uint8Array): Payload {
  try {
    return strict.decode(bytes)
  } catch {
    return { base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') }
  }
}

export const bytesOf = (payload: Payload): Buffer =>
  typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload.base64, 'base64')

/**
 * The messages of a JSON body, as text: the members of an array (of the outermost alone), or the body itself. Null: it
 * is no JSON.
 */
export function jsonMessages(text: string): string[] | null {
  try {
    JSON.parse(text)
  } catch {
    return null
  }
  const trimmed = text.trim()
  return trimmed.startsWith('[') ? membersOf(trimmed) : [trimmed]
}

/** Of an array that is known to be valid. */
function membersOf(array: string): string[] {
  const members: string[] = []
  let depth = 0
  let inString = false
  let from = 1
  for (let i = 1; i < array.length; i++) {
    const char = array[i]
    if (inString) {
      if (char === '\\') i += 1
      else if (char === '"') inString = false
      continue
    }
    const ends = depth === 0 && (char === ',' || char === ']')
    if (ends) {
      const member = array.slice(from, i).trim()
      if (member !== '') members.push(member)
      from = i + 1
    } else if (char === '"') inString = true
    else if (char === '[' || char === '{') depth += 1
    else if (char === ']' || char === '}') depth -= 1
  }
  return members
}
