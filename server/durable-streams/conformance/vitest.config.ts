import { defineConfig } from 'vitest/config'
export default defineConfig({
  resolve: { dedupe: ['vitest', 'fast-check'] },
  test: {
    include: ['server/durable-streams/conformance/*.conf.ts'],
    testTimeout: 30_000,
    server: { deps: { inline: ['@durable-streams/server-conformance-tests'] } },
  },
})
