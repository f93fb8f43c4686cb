import { appendFileSync, writeFileSync } from 'node:fs'
import { alone } from './support/alone.ts'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { historyFile, readHistory } from './support/history-file.ts'
import { importHistory } from './support/import-history.ts'
import { longTasks, watchLongTasks } from './support/long-tasks.ts'
import { OtherPerson } from './support/other-person.ts'
import { messages, openRoom, roomLink, signIn, syncPill } from './support/rooms.ts'
import { untilConnected, valueOf } from './support/tab.ts'

test.describe.configure({ timeout: 180_000 })

test(
  'an imported history: the page shows its rooms and their messages, and stays usable while it comes in',
  alone,
  async ({ server, profile }, info) => {
    const file = historyFile('small', info.outputPath())
    const history = readHistory(file)
    const imported = await importHistory(file.path, 'History', server.url)
    expect(imported.exitCode, imported.output).toBe(0)

    const tab = await profile.context.newPage()
    await watchLongTasks(tab)
    await tab.goto(server.url)
    await untilConnected(tab)
    // the newest page comes first, the history after it; how soon is the benchmark's to say
    const firstShown = await tab.evaluateHandle(countWhenShown)
    await signIn(tab, 'Ada')
    const streams = [...new Set(history.map((line) => decodeURIComponent(line.stream)))]
    const busiest = mostFrequent(history.map((line) => decodeURIComponent(line.stream)))
    await openRoom(tab, busiest)
    await expect(messages(tab).first()).toBeVisible()
    const openAt = await tab.evaluate(() => performance.now())
    const there = await firstShown.evaluate(({ there }) => there)
    expect(there, 'messages applied when a room shows its newest').toBeLessThan(history.length)

    await expect(syncPill(tab)).toHaveAttribute('data-sync', 'live', { timeout: 120_000 })
    for (const stream of streams) await expect(roomLink(tab, stream)).toBeVisible()
    const log = `SELECT (SELECT count(*) FROM events WHERE event_type = 'message.create')
    + (SELECT coalesce(sum(events), 0) FROM applied_events WHERE part = 'timeline')`
    expect(await valueOf(tab, log)).toBe(history.length)
    expect(await valueOf(tab, 'SELECT count(*) FROM timeline_items')).toBe(history.length)
    expect(await valueOf(tab, "SELECT count(*) FROM rooms WHERE kind = 'room'")).toBe(streams.length)
    const longest = Math.max(0, ...(await longTasks(tab, openAt)))
    info.annotations.push({
      type: 'longest main-thread task while it came in',
      description: `${longest.toFixed(0)} ms`,
    })
    // the goal is 100 ms, held by the benchmark; a busy machine stretches every task
    expect(longest).toBeLessThan(400)

    // the newest message of every room is what the room shows last
    for (const stream of streams.slice(0, 3)) {
      await openRoom(tab, stream)
      await expect(messages(tab).last()).toBeVisible()
    }
  },
)

test('an import that is run again changes nothing, and a bad line is named and skipped', async ({ server }, info) => {
  const lines = readHistory(historyFile('small', info.outputPath())).slice(0, 300)
  const path = info.outputPath('part.ndjson')
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const first = await importHistory(path, 'Part', server.url)
  expect(first.exitCode, first.output).toBe(0)
  const again = await importHistory(path, 'Part', server.url)
  expect(again.exitCode, again.output).toBe(0)

  appendFileSync(path, 'this is not JSON\n{"id":1,"stream":"x"}\n')
  appendFileSync(path, `${JSON.stringify({ ...lines[0], id: lines.at(-1)!.id + 1, text: 'one more' })}\n`)
  const bad = await importHistory(path, 'Part', server.url)
  expect(bad.output).toMatch(/301/)
  expect(bad.output).toMatch(/302/)
  await eventually(() => messagesOnServer(server.url, 'Part')).toBe(301)
})

/** In the page: how many messages are applied in the moment in which the first one is drawn. */
function countWhenShown(): { readonly there: Promise<number> } {
  const drawn = new Promise<void>((resolve) => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector('[role=log] article')) return
      observer.disconnect()
      resolve()
    })
    observer.observe(document.body, { childList: true, subtree: true })
  })
  const count = async (): Promise<number> => {
    await drawn
    const answer = await window.__sendQuery!('SELECT count(*) AS n FROM timeline_items', 'first shown')
    return answer.type === 'QUERY_RESPONSE' ? Number(answer.result.rows[0]!['n']) : Number.NaN
  }
  return { there: count() }
}

async function messagesOnServer(url: string, space: string): Promise<number> {
  const someone = await OtherPerson.signIn(url, 'Counter')
  return (await someone.spaces()).find(({ name }) => name === space)?.messages ?? 0
}

function mostFrequent(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]![0]
}
