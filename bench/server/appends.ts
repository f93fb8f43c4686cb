import { parseArgs } from 'node:util'
import { load, processorMs, startBenchServer, writerIn } from './bench-server.ts'

/**
 * `npm run bench:server -- [SECONDS] [--profile FOLDER]`: appends a second with batches of one, against the real process.
 * `--profile` writes a CPU profile of the server there.
 */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { profile: { type: 'string' } } })
const seconds = Number(positionals[0] ?? 5)
const server = await startBenchServer({ node: values.profile ? ['--cpu-prof', '--cpu-prof-dir', values.profile] : [] })

async function measure(label: string, writers: readonly { say(): Promise<void> }[]): Promise<void> {
  const pid = server.child.pid!
  const end = Date.now() + seconds * 1000
  const before = { server: processorMs(pid), client: process.cpuUsage() }
  let count = 0
  await Promise.all(
    writers.map(async ({ say }) => {
      while (Date.now() < end) {
        await say()
        count += 1
      }
    }),
  )
  const { user, system } = process.cpuUsage(before.client)
  const perAppend = (ms: number) => `${(ms / count).toFixed(2)} ms`
  console.log(
    `${label}: ${Math.round(count / seconds)} appends/s; processor time of an append: ` +
      `server ${perAppend(processorMs(pid) - before.server)}, client ${perAppend((user + system) / 1000)} (${load()})`,
  )
}

const first = await writerIn(server, 'W0', null)
await measure('1 writer', [first])
const others = await Promise.all(Array.from({ length: 63 }, (_, i) => writerIn(server, `W${i + 1}`, first)))
await measure('64 writers, one space', [first, ...others])
const apart = await Promise.all(Array.from({ length: 32 }, (_, i) => writerIn(server, `X${i}`, null)))
await measure('32 writers, a space each', apart)
await server.dispose()
