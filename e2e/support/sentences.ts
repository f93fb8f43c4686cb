/** Runs what each name promises, one after the other, and ends the process: with 1 when one failed. */
export async function runSentences<Sentence>(
  sentences: Readonly<Record<string, Sentence>>,
  words: readonly string[],
  patienceMs: number,
  live: (sentence: Sentence, within: (work: Promise<void>) => Promise<void>) => Promise<void>,
): Promise<never> {
  let passed = 0
  let failed = 0
  for (const [name, sentence] of Object.entries(sentences)) {
    if (!words.every((word) => name.includes(word))) continue
    const start = performance.now()
    try {
      await live(sentence, (work) => within(patienceMs, work))
      passed++
      console.log(`✓ ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
    } catch (error) {
      failed++
      console.log(`✗ ${name}`, error)
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed > 0 ? 1 : 0)
}

async function within(patienceMs: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`not done within ${patienceMs / 1000} s`)), patienceMs)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
