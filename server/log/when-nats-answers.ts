import { CannotStart } from '../cannot-start.ts'

const patienceMs = 30_000

/** Tries again for a while: NATS servers that have just started have no leader yet. Rejects with CannotStart. */
export async function whenNatsAnswers<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > deadline) {
        const words = (error as Error).message
        throw new CannotStart(`Too few of the NATS servers answer to start with them: ${words}`, { cause: error })
      }
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}
