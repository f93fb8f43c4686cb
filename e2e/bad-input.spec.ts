import { ulid } from 'ulid'
import { expect, test } from './support/fixtures.ts'
import { OtherPerson } from './support/other-person.ts'
import { composer, expectOnce, message, openRoom, say, signIn, syncPill } from './support/rooms.ts'
import { rowsOf } from './support/tab.ts'

test('bad events are refused by the server, each with a clear error, and the rest is unharmed', async ({
  openTab,
  server,
}) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, rooms } = await host.createSpace('Field notes', ['general'])
  const room = rooms[0]!
  const good = host.event('message.create', stream, { text: 'good' }, { room })
  const long = host.event('message.create', stream, { text: 'x'.repeat(70_000) }, { room })
  for (const [bad, status, code, field] of [
    [{ ...good, id: 'not-a-ulid' }, 400, 'MALFORMED_EVENT', 'id'],
    [{ ...good, clock: 17 }, 400, 'MALFORMED_EVENT', 'clock'],
    [{ ...good, payload: { txt: 'typo' } }, 400, 'MALFORMED_EVENT', 'payload.text'],
    [{ ...good, actor: 'somebody-else' }, 403, 'ACTOR_MISMATCH', undefined],
    [long, 413, 'EVENT_TOO_LARGE', undefined],
    ['nonsense', 400, 'MALFORMED_EVENT', undefined],
  ] as const) {
    const answer = await host.append(stream, [
      host.event('message.create', stream, { text: 'in bad company' }, { room }),
      bad,
    ])
    expect(answer, JSON.stringify(bad).slice(0, 200)).toMatchObject({ status, body: { error: { code, index: 1 } } })
    if (field) expect(answer.body.error?.field).toBe(field)
  }
  expect(await host.textsInLog(stream), 'all or none').toEqual([])
  expect((await host.append(stream, [good])).status).toBe(200)

  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await expectOnce(tab, ['good'])
})

test('a bad offset and an unknown stream are clear errors', async ({ server }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream } = await host.createSpace('Field notes', ['general'])
  expect(await host.read(stream, 'not-an-offset')).toMatchObject({
    status: 400,
    body: { error: { code: 'BAD_OFFSET' } },
  })
  expect((await host.read(`space:${ulid()}`)).status).toBe(404)
})

test('an event of an unknown type is stored, not shown, and harms nothing', async ({ openTab, server }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, rooms } = await host.createSpace('Field notes', ['general'])
  const known = host.event('message.create', stream, { text: 'after the unknown' }, { room: rooms[0]! })
  const unknown = { ...known, id: ulid(), type: 'poll.create', entity: ulid(), payload: { question: 'Tea?' } }
  expect((await host.append(stream, [unknown, known])).status).toBe(200)
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await expectOnce(tab, ['after the unknown'])
  expect(await rowsOf(tab, "SELECT event_type, applied_at FROM events WHERE event_type = 'poll.create'")).toEqual([
    { event_type: 'poll.create', applied_at: null },
  ])
})

test('a message over 64 kB is refused where it is written, and stays with its author', async ({ openTab, server }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream } = await host.createSpace('Field notes', ['general'])
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await say(tab, 'short')
  await composer(tab).fill('long '.repeat(15_000))
  await composer(tab).press('Enter')
  await expect(tab.getByText(/too (long|large|big)|at most|64 kB/i).first()).toBeVisible()
  // the text is still in the composer: its author may shorten it
  await expect(composer(tab)).toHaveValue('long '.repeat(15_000))
  await say(tab, 'short again')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  await expect(message(tab, 'long long')).toHaveCount(0)
  expect(await host.textsInLog(stream)).toEqual(['short', 'short again'])
})
