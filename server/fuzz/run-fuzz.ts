import { readFileSync } from 'node:fs'
import { seededRandom } from '../../schema/demo/random.ts'
import { AnyClient, type Person } from './any-client.ts'
import { randomRequest } from './random-request.ts'
import { World, type Space } from './world.ts'

/**
 * Random requests at a real process: good events among bent ones, bodies, addresses, headers, methods and bytes that are
 * no HTTP. Laws: the process lives; it answers nothing of 500 and above but 507; every event that it acknowledged is
 * there exactly once, and nothing else is; the people who do nothing but talk hear each other as ever; memory is flat.
 * Request number i is a function of the seed and i (and of what was made before it).
 */
export interface FuzzReport {
  readonly statuses: ReadonlyMap<string, number>
  readonly acknowledged: number
  /** resident memory, MB: medians of the first and the last third */
  readonly memory: readonly [number, number]
  /** what broke a law, in words */
  readonly broken: readonly string[]
}
const parallel = 24
const maxBroken = 20

export async function runFuzz(
  origin: string,
  pid: number,
  { requests, seed, onProgress = () => {} }: { requests: number; seed: number; onProgress?: (done: number) => void },
): Promise<FuzzReport> {
  const client = new AnyClient(origin, parallel)
  const world = new World(client, seed)
  const statuses = new Map<string, number>()
  const broken: string[] = []
  const memory: number[] = []
  await world.populate()

  // Two who only talk: their stream is read live all the while, and whole at the end.
  const [talker, listener] = (await Promise.all(['Talks', 'Listens'].map((name) => client.signIn(name)))) as [
    Person,
    Person,
  ]
  const quiet = await world.found(talker, 'invite')
  await world.join(talker, quiet.structure, listener)
  const heard: string[] = []
  const live = await client.listen(listener, quiet.stream, (id) => heard.push(id))

  let next = 0
  let said = 0
  const sayAt = Math.max(1, Math.floor(requests / 200))
  const sampleAt = Math.max(1, Math.floor(requests / 150))
  async function say(i: number): Promise<void> {
    const payload = { text: `${said++}` }
    const words = world.event(seededRandom(seed ^ (i + 7)), talker, quiet.stream, 'message.create', {
      room: quiet.room,
      payload,
    })
    const answer = await world.append(talker, quiet.stream, [words])
    if (answer.status !== 200) broken.push(`who talks was answered ${answer.status}: ${answer.body.slice(0, 200)}`)
  }
  async function work(): Promise<void> {
    while (next < requests && broken.length < maxBroken) {
      const i = next++
      if (i % sampleAt === 0) memory.push(residentMb(pid))
      if (i % sayAt === 0) await say(i)
      const random = seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ i)
      const answer = await randomRequest(client, world, quiet, random)
      statuses.set(String(answer.status), (statuses.get(String(answer.status)) ?? 0) + 1)
      if (answer.status >= 500 && answer.status !== 507) {
        broken.push(`request ${i} was answered ${answer.status}: ${answer.body.slice(0, 300)}`)
      }
      if (answer.status === 0 && /no answer|ECONNREFUSED/.test(answer.body)) broken.push(`request ${i}: ${answer.body}`)
      if (i % 1000 === 0) onProgress(i)
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))

  broken.push(...(await missingOrTwice(client, world, quiet, listener)))
  const spoken = (await client.readAll(quiet.stream, listener)).map(({ id }) => id)
  for (let tries = 0; heard.length < spoken.length && tries < 50; tries++) await new Promise((r) => setTimeout(r, 100))
  if (heard.join() !== spoken.join()) broken.push(`of ${spoken.length} events ${heard.length} were heard live`)
  live.destroy()
  client.close()
  const third = Math.floor(memory.length / 3)
  return {
    statuses: new Map([...statuses].sort(([a], [b]) => (a < b ? -1 : 1))),
    acknowledged: [...world.acknowledged.values()].reduce((sum, kept) => sum + kept.size, 0),
    memory: [median(memory.slice(0, third)), median(memory.slice(-third))],
    broken: broken.slice(0, maxBroken),
  }
}

/** Every event that was acknowledged is there once and as it was sent, and nothing else is. */
async function missingOrTwice(client: AnyClient, world: World, quiet: Space, listener: Person): Promise<string[]> {
  const broken: string[] = []
  for (const [stream, kept] of world.acknowledged) {
    const isOf = (one: Space) => one.stream === stream || one.structure === stream
    const reader = isOf(quiet) ? listener : world.spaces.find(isOf)!.founder
    const found = await client.readAll(stream, reader)
    const twice = found.length - new Set(found.map(({ id }) => id)).size
    if (twice > 0) broken.push(`${twice} events of ${stream} are there twice`)
    const byId = new Map(found.map((one) => [one.id, JSON.stringify(one)]))
    for (const [id, json] of kept) {
      if (!byId.has(id)) broken.push(`${id} was acknowledged and is not there`)
      else if (byId.get(id) !== json) broken.push(`${id} is not as it was sent: ${byId.get(id)?.slice(0, 200)}`)
    }
    for (const [id, json] of byId) {
      if (!kept.has(id)) broken.push(`${id} was never acknowledged and is there: ${json.slice(0, 300)}`)
    }
  }
  return broken
}

function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0 // no such thing on this system, or no such process any more
  }
}

const median = (numbers: readonly number[]): number =>
  Math.round([...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0)
