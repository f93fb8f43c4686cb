import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { guardedLookup, isAllowedUrl, isPrivate, nothingExempt, theseHosts, thisMachine } from './guard.ts'
import { post } from './post.ts'

test('what others name is asked over https alone, and only on the public internet', () => {
  for (const url of [
    'https://hooks.example.org/x',
    'https://8.8.8.8/',
    'https://[2606:4700::1]/',
    'https://x.org:99/',
  ]) {
    expect(isAllowedUrl(url, nothingExempt), url).toBe(true)
  }
  const refused =
    `http://hooks.example.org/ ftp://x.example/ file:///etc/passwd nonsense https://user:secret@hooks.example.org/
    https://localhost/ https://LOCALHOST./ https://a.localhost/ https://x.internal/ https://printer.local/ https://127.0.0.1/
    https://2130706433/ https://0x7f.1/ https://017700000001/ https://0/ https://10.1.2.3/ https://172.31.0.1/ https://127.1/
    https://192.168.0.1/ https://169.254.169.254/latest/ https://100.64.0.1/ https://224.0.0.1/ https://255.255.255.255/
    https://[::1]/ https://[::]/ https://[::ffff:10.0.0.1]/ https://[::ffff:7f00:1]/ https://[0:0:0:0:0:ffff:a9fe:a9fe]/
    https://[::127.0.0.1]/ https://[fd00::1]/ https://[fe80::1]/ https://[fec0::1]/ https://[ff02::1]/ https://[64:ff9b::a00:1]/
    https://[64:ff9b:1::1]/ https://[2002:7f00:1::]/ https://[2001::1]/ https://[100::1]/ https://①②⑦.⓪.⓪.①/
    http://127.0.0.1:9/ http://localhost:9/`.split(/\s+/)
  for (const url of refused) expect(isAllowedUrl(url, nothingExempt), url).toBe(false)
})

test('what is exempt is exempt by its whole name, and nothing beside it', () => {
  expect(isAllowedUrl('http://127.0.0.1:9/', thisMachine)).toBe(true)
  expect(isAllowedUrl('http://10.0.0.1/', thisMachine)).toBe(false)
  const one = theseHosts(['127.0.0.1:8080'])
  expect(isAllowedUrl('http://127.0.0.1:8080/x', one)).toBe(true)
  const beside = `http://127.0.0.1:8081/ http://127.0.0.1/ http://127.0.0.2:8080/ ftp://127.0.0.1:8080/
    http://u:p@127.0.0.1:8080/ http://127.0.0.1:8080.example.org/ http://localhost:8080/`
  for (const url of beside.split(/\s+/)) expect(isAllowedUrl(url, one), url).toBe(false)
})

const look = (addresses: readonly string[], all = true) =>
  new Promise<string>((resolve) => {
    guardedLookup(async () => addresses)('x.example', { all }, (error, address) =>
      resolve(error ? error.message : JSON.stringify(address)),
    )
  })

test('a name that stands for a private address, among others or alone, is found out when it is looked up', async () => {
  const privates = ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', 'fd00::1', '::ffff:127.0.0.1', 'nonsense']
  for (const address of privates) {
    for (const all of [true, false]) {
      expect(await look([address], all), address).toContain('private network')
      expect(await look(['8.8.8.8', address], all), address).toContain('private network')
    }
  }
  expect(await look(['8.8.8.8', '2606:4700::1'])).toBe(
    JSON.stringify([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ]),
  )
  expect(await look(['8.8.8.8'], false)).toBe('"8.8.8.8"')
  expect(await look([])).toContain('no address')
  expect(isPrivate('172.15.255.255')).toBe(false)
  expect(isPrivate('172.16.0.0')).toBe(true)
})

/** answers as `answerWith` says */
let server: Server
let asked = 0
let answerWith: Parameters<typeof createServer>[1]
const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
beforeAll(async () => {
  server = createServer((request, response) => {
    asked++
    answerWith!(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
const send = (more: object = {}) =>
  post(address(), 'x', { headers: {}, exempt: thisMachine, timeoutMs: 300, maxAnswer: 100, ...more })

test('a name that turned to this machine since it was allowed is not connected to', async () => {
  let answers = 0
  // public when the subscription is made, private when it is used
  const resolve = async () => (answers++ === 0 ? ['8.8.8.8'] : ['127.0.0.1'])
  await resolve()
  const before = asked
  const { port } = new URL(address())
  const rebound = post(`https://rebinds.example:${port}/`, 'x', {
    headers: {},
    exempt: nothingExempt,
    timeoutMs: 300,
    maxAnswer: 0,
    resolve,
  })
  await expect(rebound).rejects.toThrow('private network')
  await expect(
    post(address(), 'x', { headers: {}, exempt: nothingExempt, timeoutMs: 300, maxAnswer: 0 }),
  ).rejects.toThrow('not allowed')
  expect(asked).toBe(before)
})

test('a redirect is an answer, and leads nowhere', async () => {
  const before = asked
  answerWith = (_, response) => response.writeHead(307, { location: address() }).end()
  expect((await send()).status).toBe(307)
  expect(asked).toBe(before + 1)
})

test('an answer that never comes, drips, has no end or enormous headers is a failure within its time', async () => {
  answerWith = () => {}
  await expect(send()).rejects.toThrow('in time')
  answerWith = (_, response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(drip))
  }
  await expect(send()).rejects.toThrow('in time')
  answerWith = (_, response) => response.end('x'.repeat(200))
  await expect(send()).rejects.toThrow('too long')
  answerWith = (_, response) => {
    response.socket!.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1 << 20)}`)
  }
  await expect(send()).rejects.toThrow()
})

test('whose body nobody wants is done with its first line, however long it goes on', async () => {
  let closed = false
  answerWith = (_, response) => {
    response.writeHead(201)
    const flood = setInterval(() => response.write('x'.repeat(1 << 20)), 1)
    response.on('close', () => {
      closed = true
      clearInterval(flood)
    })
  }
  expect((await send({ maxAnswer: 0 })).status).toBe(201)
  await expect.poll(() => closed).toBe(true)
})
