import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{schema,dataflow,workers,server,app,scripts}/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: 30_000,
  },
})
