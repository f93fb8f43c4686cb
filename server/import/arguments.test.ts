import { describe, expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

describe('readArguments', () => {
  test.each<[line: string[], right: object]>([
    [
      ['a/history.ndjson.gz'],
      {
        paths: ['a/history.ndjson.gz'],
        format: null,
        space: 'history',
        origin: 'http://localhost:5173',
        visibility: 'public',
      },
    ],
    [['--invite-only', 'x.jsonl', '--space', ' My\u202e  history '], { space: 'My history', visibility: 'invite' }],
    [['--space=--x', '--', '-odd-'], { paths: ['-odd-'], space: '--x' }],
    [['x', '--server', 'localhost:8080'], { origin: 'http://localhost:8080' }],
    [['x', '--server', 'https://chat.example/some/page'], { origin: 'https://chat.example' }],
    [
      ['a/team.zip', 'b.json', '--format', 'slack'],
      { paths: ['a/team.zip', 'b.json'], format: 'slack', space: 'team' },
    ],
    [['--help'], { type: 'Help' }],
    [['x', '-h', '--space'], { type: 'Help' }],
  ])('%j', (line, right) => {
    expect(readArguments(line)).toMatchObject(right)
  })

  test.each<[line: string[], sentence: RegExp]>([
    [[], /^Say which file to import\.$/],
    [[''], /^Say which file to import\.$/],
    [['a', ''], /^Say which file to import\.$/],
    [['a', '--format', 'irc'], /^--format is one of ndjson, zulip, slack, discord, matrix, and not “irc”\.$/],
    [['a', '--sapce', 'X'], /^There is no option “--sapce”\.$/],
    [['a', '-x'], /^There is no option “-x”\.$/],
    [['a', '--space'], /^--space needs a value behind it\.$/],
    [['a', '--space', '--invite-only'], /^--space needs a value behind it\.$/],
    [['a', '--space', 'A', '--space', 'B'], /^--space is there twice\.$/],
    [['a', '--invite-only=no'], /^--invite-only takes no value\.$/],
    [['a', '--space', '  '], /^The space needs a name that can be seen/],
    [['a', '--space='], /^The space needs a name that can be seen/],
    [['a', '--space', '\u200b\u2060'], /^The space needs a name that can be seen/],
    [['.ndjson'], /^The space needs a name that can be seen/],
    [['a', '--space', 'x'.repeat(400)], /^The space's name has 400 characters, at most 200 are possible/],
    [['a', '--server', 'ftp://x'], /^--server needs an address like/],
    [['a', '--server', ''], /^--server needs an address like/],
    [['a', '--server', 'http://me:secret@x'], /^--server needs an address like/],
  ])('%j is not right', (line, sentence) => {
    const command = readArguments(line)
    expect(command.type === 'Misuse' && command.message).toMatch(sentence)
  })
})
