import { parseArgs } from 'node:util'
import { runHistories } from './run-histories.ts'

/** `npm run rights:histories -- --histories 10000 --seed S` */
const { values } = parseArgs({ options: { histories: { type: 'string' }, seed: { type: 'string' } } })
const histories = Number(values.histories ?? 1000)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
console.log(`${histories} histories, seed ${seed}`)
const begin = performance.now()
const onProgress = (done: number) => {
  if (done % 1000 === 0) console.log(`${done} in ${Math.round((performance.now() - begin) / 1000)} s`)
}
const { events, refused, looks } = await runHistories({ histories, seed, onProgress })
console.log(`${events} events taken, ${refused} refused, ${looks} looks: no event reached who may not read it`)
