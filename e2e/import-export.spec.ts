import { writeFileSync } from 'node:fs'
import { strToU8, zipSync } from 'fflate'
import { expect, test } from './support/fixtures.ts'
import { importHistory } from './support/import-history.ts'
import { message, openRoom, signIn } from './support/rooms.ts'
import { untilConnected } from './support/tab.ts'

const ts = (seconds: number): string => `${1_700_000_000 + seconds}.000100`
const said = (seconds: number, user: string, text: string, more: object = {}): object => ({
  type: 'message',
  user,
  text,
  ts: ts(seconds),
  ...more,
})
const slackExport = {
  'users.json': [
    { id: 'U1', profile: { display_name: 'Ann Vale' } },
    { id: 'U2', profile: { real_name: 'Bo Reed' } },
  ],
  'channels.json': [{ id: 'C1', name: 'garden', topic: { value: 'What grows' } }],
  'groups.json': [{ id: 'G1', name: 'surprise' }],
  'garden/2023-11-14.json': [
    said(0, 'U1', 'Who waters the *tomatoes*, <@U2>? :tomato:', {
      thread_ts: ts(0),
      reactions: [
        { name: 'raised_hands', users: ['U2'], count: 1 },
        { name: 'party_parrot', users: ['U1', 'U2'], count: 2 },
      ],
    }),
    said(60, 'U2', 'I do, on Monday', { thread_ts: ts(0) }),
    said(120, 'U2', 'The plan', {
      edited: { user: 'U2', ts: ts(180) },
      files: [{ name: 'plan.pdf', size: 123_456, permalink: 'https://files.example/plan.pdf' }],
    }),
    said(200, 'U1', '', {
      subtype: 'bot_message',
      user: undefined,
      username: 'Weather',
      attachments: [{ title: 'Rain', text: '80 %' }],
    }),
    said(300, 'U1', 'This message was deleted.', { subtype: 'tombstone' }),
  ],
  'surprise/2023-11-14.json': [said(0, 'U1', 'A cake for Bo')],
}

test('a Slack export: its rooms, threads, reactions, edits and files are shown; what is private is not there', async ({
  server,
  profile,
}, info) => {
  const zip = info.outputPath('team.zip')
  writeFileSync(
    zip,
    zipSync(
      Object.fromEntries(Object.entries(slackExport).map(([path, json]) => [path, strToU8(JSON.stringify(json))])),
    ),
  )
  const { exitCode, output } = await importHistory(zip, 'Team', server.url)
  expect(exitCode, output).toBe(0)
  expect(output).toContain('read as a Slack export')
  expect(output).toContain('What is private stays out')
  expect(output).toContain('messages of private channels and direct messages: 1')

  const tab = await profile.context.newPage()
  await tab.goto(server.url)
  await untilConnected(tab)
  await signIn(tab, 'Cy')
  await openRoom(tab, 'garden')
  const question = message(tab, 'Who waters the tomatoes')
  await expect(question).toContainText('@Bo Reed? 🍅')
  await expect(question).toContainText('🙌')
  await expect(question).toContainText(':party_parrot:')
  await expect(question).toContainText('1 reply')
  const plan = message(tab, 'The plan')
  await expect(plan).toContainText('edited')
  await expect(plan.getByRole('link', { name: 'plan.pdf' })).toHaveAttribute('href', 'https://files.example/plan.pdf')
  await expect(message(tab, '80 %')).toContainText('Weather')
  await expect(tab.getByText('surprise')).toHaveCount(0)
})
