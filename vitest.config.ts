import { defineConfig } from 'vitest/config'
import { LongestFirst } from './scripts/longest-first.ts'

// Vitest prints failures with Map.groupBy, which Node 20 lacks: without this it dies on the first failed test there
Map.groupBy ??= <K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> => {
  const groups = new Map<K, T[]>()
  let index = 0
  for (const item of items) {
    const key = keyOf(item, index++)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
}

export default defineConfig({
  test: {
    include: ['{schema,dataflow,workers,react,server,app,scripts,package}/**/*.test.{ts,tsx}'],
    environment: 'node',
    // Vitest leaves one core to itself, which is half of two
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    // Deadlines are for what hangs, not for what is slow: Vitest's own second passes while a loaded machine does other things.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
  },
})
