import { ulid } from 'ulid'
import { expect, test } from '../support/fixtures.ts'
import { OtherPerson } from '../support/other-person.ts'
import { expectOnce, openRoom, say, signIn, syncPill } from '../support/rooms.ts'
import { untilConnected } from '../support/tab.ts'

test('what nobody can read stops no stream: all else arrives, the panel says why, and so it is at the next start', async ({
  openTab,
  server,
}) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, rooms } = await host.createSpace('Field notes', ['general'])
  const room = rooms[0]!
  const message = (text: string) => host.event('message.create', stream, { text }, { room })
  await host.append(stream, [message('before')])
  const deep = JSON.stringify({ ...message('x'), type: 'poll.create', payload: '@' }).replace(
    '"@"',
    '['.repeat(1500) + ']'.repeat(1500),
  )
  const frozen = {
    ...host.event('room.update', stream, { name: 'frozen for ever' }, { entity: room }),
    clock: String(2n ** 62n),
  }
  await server.leaveInLog(stream, [
    deep,
    '{"id":"cut o',
    JSON.stringify(frozen),
    JSON.stringify({ ...message('elsewhere'), stream: `space:${ulid()}` }),
  ])
  await host.append(stream, [message('after')])

  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await expectOnce(tab, ['before', 'after'])
  const lookAtPanel = async () => {
    await syncPill(tab).click()
    const panel = tab.getByRole('region', { name: 'Status details' })
    await panel.getByText('4 events could not be read').click()
    await expect(panel.getByText(/nested more than 32 levels deep/)).toBeVisible()
    await expect(panel.getByText(/ahead of the time/)).toBeVisible()
    return panel
  }
  await lookAtPanel()
  await tab.reload()
  await untilConnected(tab)
  await expectOnce(tab, ['before', 'after'])
  await lookAtPanel()
  await tab.keyboard.press('Escape')
  await say(tab, 'and on it goes')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
})
