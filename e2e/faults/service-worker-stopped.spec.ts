import type { Page } from '@playwright/test'
import { chatNames, type FromSync, type ToSync } from '../../schema/messages/sync.ts'
import { DeviceStorage } from '../support/device-storage.ts'
import { eventually } from '../support/eventually.ts'
import { expect, test } from '../support/field-notes.ts'
import { expectOnce, message, networkIsBack, say, syncPill } from '../support/rooms.ts'
import { ServiceWorkerControl } from '../support/service-worker.ts'
import { rowsOf, sendQuery } from '../support/tab.ts'

/**
 * The Service Worker stopped between any two of its steps: a batch is received · handed over · applied · its cursor
 * kept; an event is uploaded · acknowledged; a push is taken · queued. Nothing is lost, and nothing is there twice.
 */
test('stopped while its upload is under way, then while a batch is on its way to it', async ({
  enter,
  host,
  place: { stream, room },
  profile,
  server,
}) => {
  const tab = await enter()
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  const worker = await ServiceWorkerControl.attach(profile.context, server.url)
  await wakeByHand(tab)
  server.pause()
  const outbox = await heard(tab, 'OUTBOX')
  await say(tab, 'uploaded, unanswered')
  await outbox() // with that it uploads; whether the server gets it, nobody can know
  await worker.stop()

  const sent: string[] = []
  await expect(async () => {
    // the browser itself may wake it at any moment (Background Sync): what it fetched then was not on its way
    await worker.stop()
    server.resume()
    const text = `on its way, ${sent.length}.`
    sent.push(text)
    await host.say(stream, room, text)
    server.pause()
    await worker.stop()
    const state = await heard(tab, 'SYNC_STATE')
    await networkIsBack(tab)
    await within(5_000, state()) // with that it asks
    await worker.stop()
    await expect(message(tab, text)).toHaveCount(0, { timeout: 1_000 })
  }).toPass()
  server.resume()
  await networkIsBack(tab)
  await expect(message(tab, sent.at(-1)!)).toHaveCount(1)
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  await expectEachOnce(tab, [...sent, 'uploaded, unanswered'])
  expect((await host.textsInLog(stream)).toSorted()).toEqual([...sent, 'uploaded, unanswered'])
})

test('stopped when a batch is handed over and not applied: its own cursor is behind when the next push comes', async ({
  enter,
  host,
  place: { stream, room },
  profile,
  server,
}) => {
  const tab = await enter()
  await host.say(stream, room, 'first')
  await expect(message(tab, 'first')).toHaveCount(1)
  const worker = await ServiceWorkerControl.attach(profile.context, server.url)
  const device = await DeviceStorage.of(profile.context, server.url)
  await eventually(() => device.keptCursor(stream)).toBe((await host.read(stream)).body.head)
  await wakeByHand(tab)
  const handedOver = await heard(tab, 'EVENTS')
  let idle = false
  const busy = sendQuery(tab, countTo(2e7)).then(() => (idle = true))
  await host.say(stream, room, 'second')
  await handedOver()
  await worker.stop()
  expect(idle, 'the leader has not come to it yet').toBe(false)
  await busy
  await expect(message(tab, 'second')).toHaveCount(1)

  await tab.close()
  await host.say(stream, room, 'third')
  const kept = (await device.keptCursor(stream))!
  const { items, head } = (await host.read(stream, kept)).body
  await worker.push({ stream, head })
  await eventually(() => device.countStored('queue'), 'also what it did not know to be applied').toBe(items.length)
  const again = await enter()
  await expectOnce(again, ['first', 'second', 'third'])
  await expectEachOnce(again, ['first', 'second', 'third'])
  await eventually(() => device.countStored('queue')).toBe(0)
})

test('stopped when it has uploaded and the leader has not heard of it', async ({
  enter,
  host,
  place: { stream },
  profile,
  server,
}) => {
  const tab = await enter()
  await say(tab, 'first')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  const worker = await ServiceWorkerControl.attach(profile.context, server.url)
  await wakeByHand(tab)
  server.pause()
  await say(tab, 'second')
  let idle = false
  const busy = sendQuery(tab, countTo(2e7)).then(() => (idle = true))
  server.resume()
  await eventually(() => host.textsInLog(stream)).toEqual(['first', 'second'])
  await worker.stop()
  expect(idle, 'the leader has not come to it yet').toBe(false)
  await busy
  await networkIsBack(tab)
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  await expectEachOnce(tab, ['first', 'second'])
  expect(await host.textsInLog(stream)).toEqual(['first', 'second'])
})

test('stopped while it takes a push, before anything is queued: the next push queues both', async ({
  enter,
  host,
  place: { stream, room },
  profile,
  server,
}) => {
  const tab = await enter()
  await host.say(stream, room, 'seen before')
  await expect(message(tab, 'seen before')).toHaveCount(1)
  const worker = await ServiceWorkerControl.attach(profile.context, server.url)
  const device = await DeviceStorage.of(profile.context, server.url)
  const { head } = (await host.read(stream)).body
  await eventually(() => device.keptCursor(stream)).toBe(head)
  await tab.close()
  await worker.stop()
  const push = async (): Promise<void> => worker.push({ stream, head: (await host.read(stream)).body.head })

  await host.say(stream, room, 'pushed and cut off')
  const pushed = { stream, head: (await host.read(stream)).body.head }
  server.pause()
  await worker.push(pushed)
  await worker.untilRunning()
  await worker.stop()
  server.resume()
  expect(await device.countStored('queue')).toBe(0)
  expect(await device.keptCursor(stream)).toBe(head)
  await host.say(stream, room, 'pushed and taken')
  await push()
  await eventually(() => device.countStored('queue')).toBe(2)
  const again = await enter()
  await expectOnce(again, ['seen before', 'pushed and cut off', 'pushed and taken'])
  await expectEachOnce(again, ['seen before', 'pushed and cut off', 'pushed and taken'])
})

/** From now on the page wakes the Service Worker with `networkIsBack` alone, and not every ten seconds: so it stays stopped. */
async function wakeByHand(tab: Page): Promise<void> {
  await tab.evaluate(() => {
    const post = ServiceWorker.prototype.postMessage
    ServiceWorker.prototype.postMessage = function (this: ServiceWorker, message: { type: string }) {
      if (message.type !== 'NUDGE') Reflect.apply(post, this, [message])
    }
  })
}

/** Answers how to wait for the next such message between the Service Worker and the coordinator. */
async function heard(tab: Page, type: (FromSync | ToSync)['type']): Promise<() => Promise<void>> {
  const next = await tab.evaluateHandle(
    async ([name, wanted]) => {
      const channel = new BroadcastChannel(name)
      const next = (what: string) =>
        new Promise<void>((resolve) => {
          channel.addEventListener(
            'message',
            ({ data }: MessageEvent<{ type: string; message?: { type: string } }>) => {
              if (data.type === what || data.message?.type === what) resolve()
            },
          )
        })
      const found = next(wanted)
      // A channel hears others only when the browser knows of it; nobody else heeds the word.
      const listening = next('ECHO')
      new BroadcastChannel(name).postMessage({ type: 'ECHO' })
      await listening
      return { found }
    },
    [chatNames.peerChannel, type] as const,
  )
  return () => next.evaluate(({ found }) => found)
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let late: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => (late = setTimeout(reject, ms, new Error(`not within ${ms} ms`))))
  await Promise.race([work, tooLate]).finally(() => clearTimeout(late))
}

async function expectEachOnce(tab: Page, texts: readonly string[]): Promise<void> {
  const once = texts.toSorted().map((text) => ({ text, n: 1 }))
  const inLog = "SELECT payload ->> 'text' AS text, count(*) AS n FROM events WHERE event_type = 'message.create'"
  expect(await rowsOf(tab, `${inLog} GROUP BY 1 ORDER BY 1`)).toEqual(once)
  expect(await rowsOf(tab, 'SELECT snippet AS text, count(*) AS n FROM timeline_items GROUP BY 1 ORDER BY 1')).toEqual(
    once,
  )
}

/** Keeps the leader for some seconds. */
const countTo = (n: number): string =>
  `WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${n}) SELECT count(*) FROM c`
