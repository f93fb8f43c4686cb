import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { AnyClient, type Person } from './any-client.ts'

let server: Server
afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())))

/** Answers with these bytes, each in a packet of its own: every character of several bytes is cut. */
async function answering(text: string): Promise<AnyClient> {
  const send = async (socket: Socket): Promise<void> => {
    socket.setNoDelay(true)
    for (const byte of Buffer.from(text)) {
      socket.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  server = createServer((socket) => socket.on('error', () => {}).once('data', () => void send(socket)))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return new AnyClient(`http://127.0.0.1:${port}`, 1)
}

const reader: Person = { actor: 'a', name: 'A', cookie: '' }
const event = (emoji: string) => ({ id: 'x', type: 'reaction.add', stream: 'space:s', payload: { emoji } })
const page = (emoji: string) => {
  const body = JSON.stringify({ items: [{ seq: '1', event: event(emoji) }], upToDate: true })
  return `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
}

it.each(['👍', '🎉', 'ü', '→', '👩‍👩‍👧‍👦'])('reads %s as it was sent, wherever the network cuts it', async (emoji) => {
  const client = await answering(page(emoji))
  expect(await client.readAll('space:s', reader)).toEqual([event(emoji)])
  client.close()
})

it('hears a tail the same', async () => {
  const said = `data: ${JSON.stringify({ stream: 'space:s', items: [{ event: { id: '👍' } }] })}\n\n`
  const client = await answering(`HTTP/1.1 200 OK\r\n\r\n${said}${said}`)
  const heard: string[] = []
  const socket = await client.listen(reader, 'space:s', (id) => heard.push(id))
  await expect.poll(() => heard).toEqual(['👍', '👍'])
  socket.destroy()
})
