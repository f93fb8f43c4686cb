import { homeStream, streamKind } from './streams.ts'

/**
 * The stream of the space, or of the private room, that a stream is part of, as far as reading goes: whoever may read the home may
 * read the stream. Null: a person's own.
 */
export function homeOf(stream: string): string | null {
  const kind = streamKind(stream)
  return kind === 'space' || kind === 'room' ? homeStream(stream) : null
}
