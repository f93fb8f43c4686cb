/**
 * One part of a benchmark: says its name as it begins, and ends the run by that name when it has taken longer than its
 * deadline. What a page is waited for may never come, and a run that stands still says nothing.
 */
export async function step<T>(name: string, seconds: number, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  let deadline: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    deadline = setTimeout(() => reject(new Error(`"${name}" stood still: not done after ${seconds} s`)), seconds * 1000)
  })
  process.stderr.write(`${name} … `)
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(deadline)
    process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`)
  }
}
