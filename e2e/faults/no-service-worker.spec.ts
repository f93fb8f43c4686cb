import { expect, test } from '../support/field-notes.ts'
import { message, say, syncPill } from '../support/rooms.ts'

// As in a private window, or where a policy forbids it: the browser has the interface, and never a registration.
test.use({ serviceWorkers: 'block' })

test('no Service Worker: the leader’s tab syncs, and the next leader’s after it', async ({
  enter,
  host,
  place: { stream, room },
}) => {
  const leader = await enter()
  const follower = await enter()
  await say(leader, 'from here')
  await expect(syncPill(leader)).toHaveAttribute('data-queued', '0')
  expect(await host.textsInLog(stream)).toEqual(['from here'])
  await host.say(stream, room, 'from there')
  await expect(message(follower, 'from there')).toHaveCount(1)

  await leader.close()
  await say(follower, 'from the next')
  await expect(syncPill(follower)).toHaveAttribute('data-queued', '0')
  await host.say(stream, room, 'to the next')
  await expect(message(follower, 'to the next')).toHaveCount(1)
  expect((await host.textsInLog(stream)).toSorted()).toEqual([
    'from here',
    'from the next',
    'from there',
    'to the next',
  ])
})
