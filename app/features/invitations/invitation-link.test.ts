import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { formatInvitation, makeSecret, parseInvitation } from './invitation-link.ts'

test('a link survives the address bar, whatever its space is called', async () => {
  const { secret, hash } = await makeSecret()
  expect(hash).toBe(createHash('sha256').update(secret).digest('hex'))
  for (const space of ['01S', 'a/b %', 'ü#?']) {
    const link = { space, invitation: '01J', secret }
    expect(parseInvitation(formatInvitation(link))).toEqual(link)
  }
})

test('what was cut off is empty, and other pages have none', () => {
  expect(parseInvitation('/join/S/I')).toEqual({ space: 'S', invitation: 'I', secret: '' })
  expect(parseInvitation('/join')).toEqual({ space: '', invitation: '', secret: '' })
  expect(parseInvitation('/join/%E0%A4%A/I#x')).toEqual({ space: '%E0%A4%A', invitation: 'I', secret: 'x' })
  for (const page of ['/', '/s/join/I#x', '/joined/S/I#x']) expect(parseInvitation(page)).toBeNull()
})
