/**
 * Whoever asks while one answer is on its way waits for the next: that one knows of all that was before the question. However
 * many ask, one question is under way and one waits.
 */
export function oneAtATime(ask: () => Promise<void>): () => Promise<void> {
  let now: Promise<void> = Promise.resolve()
  let next: Promise<void> | null = null
  return () =>
    (next ??= now.then(() => {
      next = null
      return (now = ask())
    }))
}
