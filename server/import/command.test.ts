import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newFolder, startProcess, type ServerProcess } from '../testing-process.ts'
import { importFolder } from './testing.ts'

/** `npm run import` as a person meets it: a process, against a server that is another. What it prints, how it ends. */

let server: ServerProcess
const data = newFolder()
const folder = importFolder()
beforeAll(async () => {
  server = await startProcess(data.path)
})
afterAll(async () => {
  await server.end()
  data.remove()
  folder.remove()
})

const main = join(import.meta.dirname, 'main.ts')
function command(parameters: readonly string[], onOutput: (output: string, stop: () => void) => void = () => {}) {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DATA_DIR: folder.directory },
  })
  let output = ''
  const take = (chunk: string) => {
    output += chunk
    onOutput(output, () => child.kill('SIGINT'))
  }
  child.stdout.setEncoding('utf8').on('data', take)
  child.stderr.setEncoding('utf8').on('data', take)
  return new Promise<{ status: number | null; output: string }>((resolve) =>
    child.once('close', (status) => resolve({ status, output })),
  )
}
const run = (path: string, ...more: string[]) => command([path, '--server', server.origin, ...more])
const line = (id: number, more: object = {}) =>
  JSON.stringify({ id, stream: 'general', topic: 'plans', sender: 'Ann', ts: 1.7e9 + id, text: `text ${id}`, ...more })

test('what came of it is said in sentences, and the counts add up', async () => {
  const lines = [
    line(1),
    line(1),
    line(2, { sender: null, likes: 3 }),
    line(3, { ts: 1.7e12 }),
    line(4),
    ...Array<string>(25).fill('?'),
  ]
  const { status, output } = await run(folder.write(lines.join('\n')), '--space', 'Said', '--invite-only')
  expect(status).toBe(0)
  const sentences = output
    .replace(/in [\d.]+ s/, 'in 1 s')
    .replace(/^(reading|sending) .*\n/gm, '')
    .split('\n')
  expect(sentences.shift()).toMatch(/\.ndjson: read as lines of JSON\.$/)
  expect(sentences.slice(0, 2)).toEqual([
    "line 4 is not imported: its time is in milliseconds, and the file's times are in seconds",
    'line 6 is not imported: it is not JSON',
  ])
  expect(sentences.slice(20)).toEqual([
    '… and so are 6 more lines',
    '30 lines read in 1 s: 3 messages imported, 1 was there already, 26 lines not imported.',
    "Not imported: 25 because it is not JSON; 1 because its time is in another unit than the file's.",
    'New: 1 room, 1 thread, 2 people.',
    'Times were read as seconds since 1970: from 2023-11-14 to 2023-11-14.',
    '1 line had no sender: shown as by “Unknown sender” (line 3).',
    'Not taken over, for an import does not know them: the fields “likes” (1 line).',
    `“Said” is at ${server.origin}, and nobody joins it unless let in.`,
    '',
  ])
})

test('nothing imported: exit status 1, and no address', async () => {
  for (const content of ['id,text\n1,hello\n', `${line(1, { ts: -1 })}\n${line(2, { ts: -1 })}`]) {
    const { status, output } = await run(folder.write(content), '--space', 'Nothing')
    expect(status).toBe(1)
    expect(output).not.toContain('is at')
    expect(output).not.toMatch(/ {4}at |Error:/)
  }
})

test('a command that is not right: exit status 2, nothing is made', async () => {
  for (const parameters of [
    ['x.ndjson', '--space', 'x'.repeat(400)],
    ['x.ndjson', '--sapce'],
  ]) {
    const { status, output } = await command(parameters)
    expect(status).toBe(2)
    expect(output).toMatch(/^[A-Z-].*\.\n\nImports a chat history/)
  }
  expect(await command(['--help'])).toMatchObject({
    status: 0,
    output: expect.stringMatching(/^Imports a chat history/),
  })
})

test('stopped by hand, it says how to go on, and goes on', async () => {
  const path = folder.write(Array.from({ length: 20_000 }, (_, id) => line(id)).join('\n'))
  const stopped = await command([path, '--server', server.origin, '--space', 'Stopped'], (output, stop) => {
    if (output.includes('sending')) stop()
  })
  expect(stopped).toEqual({
    status: 130,
    output: expect.stringMatching(/Stopped\. .*goes on where it stopped/) as string,
  })
  const { status, output } = await run(path, '--space', 'Stopped')
  expect(status).toBe(0)
  expect(output).toMatch(/20,000 lines read .* imported, [\d,]+ were there already\./)
})

test('what answers is not our server', async () => {
  const other = createServer((_, answer) => answer.end('<h1>hello</h1>')).listen(0)
  const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  const { status, output } = await command([folder.write(line(1)), '--server', origin])
  other.close()
  expect(status).toBe(1)
  expect(output).toMatch(/: read as lines of JSON\.\n/)
  expect(output.split('\n').slice(1)).toEqual([`What answers at ${origin} is not this app's server.`, ''])
})
