import type { Page } from '@playwright/test'
import { ulid } from 'ulid'
import type { EventDraft } from '../../schema/events/event.ts'
import type { BenchSite } from '../bench-site.ts'
import { percentile, type Figures } from '../figures.ts'
import { quietStream } from '../history-events.ts'

const actor = 'bench-writer'
const rounds = 200
const pauseMs = 15

/** From `dispatch` to the delta at the client's listener: in the same tab, and in a second one. */
export async function benchLatency(site: BenchSite, figures: Figures): Promise<void> {
  const section = 'dispatch → delta at the client listener (two tabs, database of the history)'
  const first = await site.openPage()
  const roles = [await join(first)]
  const second = await site.openPage()
  roles.push(await join(second))
  if (roles.join() !== 'leader,follower') throw new Error(`expected a leader and a follower, got ${roles.join()}`)
  const room = ulid()
  const query = {
    sql: 'SELECT snippet, id, order_key FROM timeline_items WHERE timeline_id = (SELECT e.id FROM streams s JOIN entities e ON e.stream = s.id WHERE s.name = ? AND e.name = ?) ORDER BY order_key DESC, id LIMIT 50',
    parameters: [quietStream, room],
  }
  for (const page of [first, second]) await page.evaluate((asked) => window.bench.listen(asked), query)
  const offsetMs = await clockOffset(first, second)

  for (const [name, from, to, offset] of [
    ['leader', first, second, offsetMs],
    ['follower', second, first, -offsetMs],
  ] as const) {
    const same: number[] = []
    const other: number[] = []
    const durable: number[] = []
    for (let round = 0; round < rounds; round++) {
      const marker = `${name} ${round}`
      const { at, durableMs } = await from.evaluate((draft) => window.bench.dispatch(draft), message(room, marker))
      durable.push(durableMs)
      await from.waitForTimeout(pauseMs)
      const [here, there] = [await delivered(from, marker), await delivered(to, marker)]
      same.push(here.at - at)
      other.push(there.at - offset - at)
    }
    figures.add(section, `from the ${name}: same tab, p50`, percentile(same, 50), 'ms', { atMost: 4 })
    figures.add(section, `from the ${name}: same tab, p99`, percentile(same, 99), 'ms')
    figures.add(section, `from the ${name}: second tab, p50`, percentile(other, 50), 'ms', { atMost: 4 })
    figures.add(section, `from the ${name}: second tab, p99`, percentile(other, 99), 'ms')
    figures.add(section, `from the ${name}: durable (dispatch resolves), p50`, percentile(durable, 50), 'ms')
  }
  await second.close()
  await first.close()
}

/** A busy machine may need longer than the pause: its figures say so. */
async function delivered(page: Page, marker: string): Promise<{ readonly at: number }> {
  for (const late = performance.now() + 5000; performance.now() < late; await page.waitForTimeout(5)) {
    const found = (await page.evaluate(() => window.bench.take())).find((delivery) => delivery.marker === marker)
    if (found) return found
  }
  throw new Error(`"${marker}" did not reach a tab within 5 s`)
}

async function join(page: Page): Promise<string> {
  return page.evaluate((who) => window.bench.join(who), actor)
}

/** How far the second page's clock is ahead of the first's: halves of the quickest of many round trips. */
async function clockOffset(first: Page, second: Page): Promise<number> {
  await second.evaluate(() => {
    const channel = new BroadcastChannel('bench-clock')
    channel.addEventListener('message', () => channel.postMessage(window.bench.now()))
  })
  return first.evaluate(async () => {
    const channel = new BroadcastChannel('bench-clock')
    let best = { trip: Number.POSITIVE_INFINITY, offset: 0 }
    for (let round = 0; round < 200; round++) {
      const sent = window.bench.now()
      const theirs = await new Promise<number>((resolve) => {
        channel.addEventListener('message', (event) => resolve(event.data as number), { once: true })
        channel.postMessage('time?')
      })
      const back = window.bench.now()
      if (back - sent < best.trip) best = { trip: back - sent, offset: theirs - (sent + back) / 2 }
    }
    return best.offset
  })
}

function message(room: string, text: string): EventDraft {
  const id = ulid()
  return { id, type: 'message.create', stream: quietStream, actor, at: Date.now(), entity: id, room, payload: { text } }
}
