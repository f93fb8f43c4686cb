import { streamKind } from './streams.ts'

/**
 * Which space or private room a stream is part of, as far as reading goes: whoever may read the home may read the stream. Null: a
 * person's own.
 */
export function homeOf(stream: string): string | null {
  const kind = streamKind(stream)
  return kind === 'space' || kind === 'room' ? stream : null
}
