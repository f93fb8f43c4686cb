import { parseArgs } from 'node:util'
import { spaceStream, streamOfRoom } from '../../schema/events/streams.ts'
import { shardOf } from '../log/shard-of.ts'

/**
 * `npm run shard-layout -- [--spaces 1000000] [--people 10000000]`: how a large population lies in shards, by the server's own
 * rule. Spaces are as large as a Zipf law says (the n-th has 1/n of the first); people write 20 messages a day; half of a
 * space's messages are in its first room. What it prints is arithmetic, not a measurement of JetStream.
 */
const { values } = parseArgs({
  options: { spaces: { type: 'string', default: '1000000' }, people: { type: 'string', default: '10000000' } },
})
const spaces = Number(values.spaces)
const people = Number(values.people)
const perPersonAndDay = 20
/** the busiest hour has a fifth of the day */
const peak = 5
const bytesOfEvent = 400
const counts = [8, 64, 256, 1024]
/** parts of a space's events: its structure, and its rooms */
const parts = [0.02, 0.49, 0.25, 0.15, 0.09]

const perDay = people * perPersonAndDay
const harmonic = Array.from({ length: spaces }, (_, n) => 1 / (n + 1)).reduce((sum, part) => sum + part, 0)
const layouts = counts.map((shards) => ({
  shards,
  events: new Float64Array(shards),
  streams: new Float64Array(shards),
}))
let largest = 0
for (let n = 0; n < spaces; n++) {
  const events = perDay / harmonic / (n + 1)
  const id = `S${n}`
  for (const [index, part] of parts.entries()) {
    const stream = index === 0 ? spaceStream(id) : streamOfRoom(id, `R${n}-${index}`)
    largest = Math.max(largest, events * part)
    const place = shardOf(stream, counts.at(-1)!)
    for (const layout of layouts) {
      // each count divides the largest one, so the same digits say where the stream is
      layout.events[place % layout.shards]! += events * part
      layout.streams[place % layout.shards]! += 1
    }
  }
}

const whole = (value: number) => Math.round(value).toLocaleString('en')
const second = 86_400 / peak
console.log(
  `${whole(spaces)} spaces, ${whole(people)} people: ${whole(perDay)} events a day, ${whole(perDay / second)} a second at the peak,`,
)
console.log(
  `${whole((perDay * bytesOfEvent) / 1e9)} GB a day for each copy. The busiest stream: ${whole(largest / second)} a second at the peak.\n`,
)
console.log(
  '| shards | streams in each | events a second at the peak: mean, most | GB a day: mean, most | most by mean |',
)
console.log('|---|---|---|---|---|')
for (const { shards, events, streams } of layouts) {
  const mean = perDay / shards
  const most = Math.max(...events)
  const gb = (value: number) => ((value * bytesOfEvent) / 1e9).toFixed(2)
  console.log(
    `| ${shards} | ${whole(streams.reduce((sum, n) => sum + n, 0) / shards)} | ${whole(mean / second)}, ${whole(most / second)} | ` +
      `${gb(mean)}, ${gb(most)} | ${(most / mean).toFixed(2)} |`,
  )
}
