/**
 * Asks at once and then again and again, so long after each answer, while the page is seen. Returns how to end it. What fails is
 * asked again: the leader may just have gone.
 */
export function askAgain(
  everyMs: number,
  ask: (isWanted: () => boolean) => Promise<void>,
  onError: (error: Error) => void = () => {},
): () => void {
  let wanted = true
  let timer = 0
  const next = async () => {
    if (document.visibilityState === 'visible') {
      try {
        await ask(() => wanted)
      } catch (error) {
        if (wanted) onError(error as Error)
      }
    }
    if (wanted) timer = window.setTimeout(next, everyMs)
  }
  void next()
  return () => {
    wanted = false
    clearTimeout(timer)
  }
}
