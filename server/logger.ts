import { pino, type DestinationStream, type Logger } from 'pino'

/**
 * One JSON object a line. Law: no secret and no word of a message is in it. So an error is told by its kind, its code,
 * what it says and where it was thrown, and by nothing else that hangs on it; of text that could not be parsed, the
 * parser's own words are left out, because they quote it.
 */
export function makeLogger(level: string, destination: DestinationStream): Logger {
  return pino({ level, serializers: { err: describe } }, destination)
}

function describe(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error }
  const { name, code, stack = '' } = error as NodeJS.ErrnoException
  const places = stack.split('\n').filter((line) => line.startsWith('    at '))
  return { type: name, code, message: reasonOf(error), stack: places.join('\n') }
}

/** What an error says, without the text that it is about. */
export function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'is not JSON'
  return error instanceof Error ? error.message : 'is no error'
}
