import { parseArgs } from 'node:util'
import { newFolder, startProcess } from '../testing-process.ts'
import { runFuzz } from './run-fuzz.ts'

/** `npm run fuzz:server -- --requests 200000 --seed S` */
const { values } = parseArgs({ options: { requests: { type: 'string' }, seed: { type: 'string' } } })
const requests = Number(values.requests ?? 20_000)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
console.log(`${requests} requests, seed ${seed}`)

const folder = newFolder()
const server = await startProcess(folder.path)
const begin = performance.now()
const onProgress = (done: number) => {
  if (done % 20_000 === 0) console.log(`${done} requests in ${Math.round((performance.now() - begin) / 1000)} s`)
}
const report = await runFuzz(server.origin, server.pid, { requests, seed, onProgress })
const health = await server.health().catch(() => null)
const exitCode = await server.end()
folder.remove()

const [first, last] = report.memory
const broken = [...report.broken]
if (exitCode !== 0) broken.push(`the process ended with ${exitCode}: ${server.log().slice(-2000)}`)
if (health?.status !== 'ok') broken.push(`it is not well: ${JSON.stringify(health)}`)
if (/"level":(50|60)/.test(server.log())) broken.push(`it logged errors: ${server.log().slice(0, 2000)}`)
if (last > first * 1.3 + 30) broken.push(`memory grew from ${first} to ${last} MB`)
console.log(`answers: ${[...report.statuses].map(([status, count]) => `${status}: ${count}`).join(', ')}`)
console.log(`${report.acknowledged} events acknowledged; memory ${first} → ${last} MB`)
for (const words of broken) console.log(`✗ ${words}`)
console.log(broken.length === 0 ? 'nothing broke' : `${broken.length} laws broken, seed ${seed}`)
process.exit(broken.length === 0 ? 0 : 1)
