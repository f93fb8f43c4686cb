import { expect, test } from 'vitest'
import { matches } from './subscription.ts'
import { guardedLookup, isAllowedUrl, isPrivate } from './webhook-url.ts'

test('in a pattern * is one segment, ** any number of them', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['events/*', ['events/a'], ['events', 'events/a/b', 'other/a']],
    ['events/**', ['events', 'events/a', 'events/a/b'], ['event/a']],
    ['**/log', ['log', 'a/log', 'a/b/log'], ['a/logs', 'log/a']],
    ['a/**/b/*', ['a/b/c', 'a/x/y/b/c', 'a/b/b/b'], ['a/b', 'a/x/b']],
    ['**', ['a', 'a/b'], []],
    ['a.c/(x)', ['a.c/(x)'], ['abc/x', 'abc/(x)']],
  ]
  for (const [pattern, yes, no] of cases) {
    for (const path of yes) expect(matches(pattern, path), `${pattern} ${path}`).toBe(true)
    for (const path of no) expect(matches(pattern, path), `${pattern} ${path}`).toBe(false)
  }
})

test('a pattern of many ** is decided as fast as any', () => {
  const before = process.cpuUsage()
  expect(matches('**/a/'.repeat(40) + 'b', 'a/'.repeat(200) + 'c')).toBe(false)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(1000)
})

test('webhooks go to other people’s servers over https alone', () => {
  for (const url of ['https://hooks.example.org/x', 'https://8.8.8.8/', 'https://[2606:4700::1]/']) {
    expect(isAllowedUrl(url, false), url).toBe(true)
  }
  const refused =
    `http://hooks.example.org/ ftp://x.example/ file:///etc/passwd nonsense https://user:secret@hooks.example.org/
    https://localhost/ https://a.localhost/ https://x.internal/ https://127.0.0.1/ https://2130706433/ https://0x7f.1/
    https://017700000001/ https://0/ https://10.1.2.3/ https://172.31.0.1/ https://192.168.0.1/ https://169.254.169.254/latest/
    https://100.64.0.1/ https://224.0.0.1/ https://255.255.255.255/ https://[::1]/ https://[::]/ https://[::ffff:10.0.0.1]/
    https://[fd00::1]/ https://[fe80::1]/ https://[64:ff9b::a00:1]/ http://127.0.0.1:9/ http://localhost:9/`.split(
      /\s+/,
    )
  for (const url of refused) expect(isAllowedUrl(url, false), url).toBe(false)
  expect(isAllowedUrl('http://127.0.0.1:9/', true)).toBe(true)
  expect(isAllowedUrl('http://10.0.0.1/', true)).toBe(false)
})

test('a name that stands for a private address is found out when it is looked up', async () => {
  const look = (name: string, local: boolean, all: boolean) =>
    new Promise<string>((resolve) =>
      guardedLookup(local)(name, { all }, (error, address) => resolve(error ? error.message : JSON.stringify(address))),
    )
  for (const all of [true, false]) {
    expect(await look('localhost', false, all)).toContain('private network')
    expect(await look('localhost', true, all)).toMatch(/127\.0\.0\.1|::1/)
  }
  expect(isPrivate('172.15.255.255')).toBe(false)
  expect(isPrivate('172.16.0.0')).toBe(true)
})
