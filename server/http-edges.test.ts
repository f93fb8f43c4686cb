import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HttpFault } from '../schema/messages/http.ts'
import { startTestServer, type TestPerson, type TestServer } from './testing.ts'

/** Requests as no well-meaning client sends them, some of them not even HTTP. */
let server: TestServer
let ada: TestPerson
let port: number
const dist = mkdtempSync(join(tmpdir(), 'dist-'))
beforeAll(async () => {
  writeFileSync(
    join(dist, 'index.html'),
    '<!doctype html><script>1</script><script src="/a.js"></script><p>the app</p>',
  )
  writeFileSync(join(dist, 'a.js'), 'export {}')
  server = await startTestServer({ dist, origins: ['https://chat.example.org'] })
  ada = await server.signIn('Ada')
  port = Number(new URL(server.origin).port)
})
afterAll(async () => {
  await server.dispose()
  rmSync(dist, { recursive: true })
})

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`

/** Bytes in, bytes out, over a socket of its own. The request should ask for the connection to be closed. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(bytes, 'latin1')))
    socket.setTimeout(1500, () => socket.destroy())
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
  })
}
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])
const head = (line: string, ...headers: string[]) =>
  [line, `Host: localhost:${port}`, 'Connection: close', ...headers, '', ''].join('\r\n')

async function fault(path: string, init: RequestInit = {}): Promise<string> {
  const answer = await ada.request(path, init)
  const { error } = (await answer.json()) as { error?: HttpFault }
  return `${answer.status} ${error?.code ?? ''} ${error?.field ?? ''}`.trim()
}

describe('hosts', () => {
  test.each([
    ['localhost:1', 200],
    ['LOCALHOST', 200],
    ['127.0.0.1:80', 200],
    ['[::1]:5173', 200],
    ['chat.example.org', 200],
    ['chat.example.org:443', 421],
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['evil.example:5173', 421],
    ['127.0.0.1.nip.io', 421],
    ['192.168.1.7', 421],
    ['localhost@evil.example', 400],
    ['', 421],
    ['99999999999999999999', 421],
    ['256.256.256.256', 421],
    ['[::1', 400],
  ])('Host: %s → %d', async (host, status) => {
    for (const path of ['/healthz', '/a.js']) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      expect(statusOf(answer)).toBe(status)
    }
  })

  test('an address in the request line counts as a host too', async () => {
    expect(statusOf(await raw(head('GET http://evil.example/healthz HTTP/1.1')))).toBe(421)
    expect(statusOf(await raw(head(`GET http://localhost:${port}/healthz HTTP/1.1`)))).toBe(200)
  })
})

describe('what every answer says to browsers', () => {
  test('pages: a strict policy with the hashes of their own inline scripts, no framing, no features', async () => {
    const page = await fetch(`${server.origin}/some/room`, { headers: { accept: 'text/html' } })
    expect(await page.text()).toContain('the app')
    const policy = page.headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy.match(/script-src [^;]*/)![0]).toBe(
      "script-src 'self' 'wasm-unsafe-eval' 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='",
    )
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(page.headers.get('permissions-policy')).toContain('camera=()')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect(page.headers.get('referrer-policy')).toBe('same-origin')
    expect(page.headers.get('strict-transport-security')).toMatch(/max-age/) // its one ORIGIN is https
  })

  test('a deployed page has the hashes of its new scripts at once', async () => {
    const hashes = async () => {
      const page = await fetch(`${server.origin}/`, { headers: { accept: 'text/html' } })
      return /script-src [^;]*/.exec(page.headers.get('content-security-policy')!)![0]
    }
    const before = await hashes()
    const old = '<!doctype html><script>1</script><script src="/a.js"></script><p>the app</p>'
    writeFileSync(join(dist, 'index.html'), old.replace('>1<', '>12<'))
    expect(await hashes()).not.toBe(before)
    writeFileSync(join(dist, 'index.html'), old)
  })

  test('workers and other files have the policy too; the API’s answers, refusals too, are no documents', async () => {
    expect((await fetch(`${server.origin}/a.js`)).headers.get('content-security-policy')).toContain('wasm-unsafe-eval')
    for (const path of ['/api/me', '/api/nothing', '/healthz', at('space:x', 'tail')]) {
      const { headers } = await ada.request(path)
      expect([path, headers.get('content-security-policy')]).toEqual([
        path,
        "default-src 'none'; frame-ancestors 'none'",
      ])
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })
})

describe('addresses', () => {
  test.each([
    ['%00', 'space:a%00b', '400 MALFORMED_REQUEST stream'],
    ['another control', 'space:a%0Ab', '400 MALFORMED_REQUEST stream'],
    ['DEL', 'space:a%7Fb', '400 MALFORMED_REQUEST stream'],
    ['C1', 'space:a%C2%85b', '400 MALFORMED_REQUEST stream'],
    ['longer than an id can be', `space:${'x'.repeat(300)}`, '400 MALFORMED_REQUEST stream'],
    ['no owner', 'space:', '404 UNKNOWN_STREAM'],
    ['no kind', 'x', '404 UNKNOWN_STREAM'],
    ['a device’s own', 'local:x', '404 UNKNOWN_STREAM'],
    ['bad percent-encoding', 'space:%E0%A4%A', '404 UNKNOWN_STREAM'],
    ['half a surrogate in UTF-8', 'space:%ED%A0%81', '404 UNKNOWN_STREAM'],
    ['a slash', 'space:a%2Fb', '404 UNKNOWN_STREAM'],
    ['dots', 'space:..%2F..', '404 UNKNOWN_STREAM'],
  ])('a stream’s name with %s', async (_, name, expected) => {
    for (const rest of ['events', 'latest', 'outline', 'tail']) {
      expect([rest, await fault(`/api/streams/${name}/${rest}`)]).toEqual([rest, expected])
    }
    expect(await fault(`/api/streams/${name}/events`, { method: 'POST', body: '{"events":[1]}' })).toMatch(/^40[04] /)
  })

  test.each([
    ['events?after=', '400 BAD_OFFSET after'],
    ['events?after=%00', '400 BAD_OFFSET after'],
    ['events?after=1&after=2', '400 MALFORMED_REQUEST after'],
    ['events?limit=1&limit=2', '400 MALFORMED_REQUEST limit'],
    ['events?limit=-1', '400 MALFORMED_REQUEST limit'],
    ['events?limit=99999999999999999999', '400 MALFORMED_REQUEST limit'],
    ['events?limit=0x10', '400 MALFORMED_REQUEST limit'],
    ['events?limit=5001', '400 MALFORMED_REQUEST limit'],
    ['latest?room=', '400 MALFORMED_REQUEST room'],
    ['latest?room=%00', '400 MALFORMED_REQUEST room'],
    ['latest?room=a&room=b', '400 MALFORMED_REQUEST room'],
    [`latest?room=${'r'.repeat(201)}`, '400 MALFORMED_REQUEST room'],
    ['tail?after=9999999999999999', '400 BAD_OFFSET after'],
    ['tail?limit=%31%30%30%30%30', '400 MALFORMED_REQUEST limit'],
  ])('?%s', async (query, expected) => {
    const space = ada.found()
    await ada.append(space.stream, space.events)
    expect(await fault(at(space.stream, query))).toBe(expected)
  })

  test.each([
    ['GET /api/me%00 HTTP/1.1', 404],
    ['GET /%00 HTTP/1.1', 404],
    ['GET /..%2f..%2fetc/passwd HTTP/1.1', 404],
    ['GET /assets/%2e%2e/%2e%2e/package.json HTTP/1.1', 404],
    ['GET /%E0%A4%A HTTP/1.1', 404],
    ['GET //evil.example/ HTTP/1.1', 404],
    ['GET /\\evil HTTP/1.1', 400],
    ['GET * HTTP/1.1', 400],
    ['OPTIONS * HTTP/1.1', 400],
    [`GET /api/me?q=${'x'.repeat(20_000)} HTTP/1.1`, 431],
    ['GET /a b HTTP/1.1', 400],
    ['NONSENSE /api/me HTTP/1.1', 400],
    ['get /api/me HTTP/1.1', 400],
    ['GET /api/me HTTP/9.9', 400],
  ])('%s → %d', async (line, status) => {
    expect(statusOf(await raw(head(line)))).toBe(status)
  })
})

describe('bodies', () => {
  test.each([
    ['brackets', '['.repeat(100)],
    ['objects', '{"a":'.repeat(100)],
    ['brackets behind a string with brackets', `{"events":["[[","\\"",${'['.repeat(100)}`],
    ['lists of nothing', `{"events":[${'[],'.repeat(130_000)}`],
  ])('%s beyond the bound are refused while the rest of 8 MB has not come', async (_, beginning) => {
    const announced = `Content-Length: ${8 << 20}`
    const own = [`Origin: http://localhost:${port}`, `Cookie: ${ada.cookie}`, announced]
    const answer = await raw(head(`POST ${at('space:x', 'events')} HTTP/1.1`, ...own) + beginning)
    expect(statusOf(answer)).toBe(400)
    expect(answer).toMatch(/nested or filled beyond all use/)
  })
})

describe('methods and types', () => {
  test('another method is 405 and says which are meant; other paths are 404', async () => {
    for (const [method, path, allowed] of [
      ['PUT', '/api/me', 'GET, HEAD'],
      ['DELETE', at('space:x', 'events'), 'GET, HEAD, POST'],
      ['PATCH', '/api/guest', 'POST'],
      ['GET', '/api/guest', 'POST'],
      ['HEAD', '/api/sign-out', 'POST'],
      ['OPTIONS', '/api/spaces', 'GET, HEAD'],
      ['POST', '/', 'GET, HEAD'],
      ['POST', '/healthz', 'GET, HEAD'],
      ['POST', at('space:x', 'tail'), 'GET, HEAD'],
    ] as const) {
      const answer = await ada.request(path, { method })
      expect([method, path, answer.status, answer.headers.get('allow')]).toEqual([method, path, 405, allowed])
    }
    for (const path of ['/api/nothing', '/api/streams/space:x/nothing', '/api', '/nothing.js']) {
      expect([path, (await ada.request(path)).status]).toEqual([path, 404])
    }
    for (const method of ['TRACE', 'PROPFIND', 'M-SEARCH', 'QUERY']) {
      const answer = await raw(head(`${method} /api/me HTTP/1.1`, `Origin: http://localhost:${port}`))
      expect([method, statusOf(answer)]).toEqual([method, 405])
    }
    expect(await raw(head('CONNECT evil.example:443 HTTP/1.1'))).toBe('')
  })

  test.each([
    ['application/json', '200'],
    ['application/json; charset=UTF-8', '200'],
    ['text/plain;charset=UTF-8', '200'],
    ['application/x-www-form-urlencoded', '415 UNSUPPORTED_TYPE'],
    ['multipart/form-data; boundary=x', '415 UNSUPPORTED_TYPE'],
    ['application/json; charset=utf-16', '415 UNSUPPORTED_TYPE'],
    ['image/png', '415 UNSUPPORTED_TYPE'],
  ])('content-type %s → %s', async (type, expected) => {
    expect(await fault('/api/guest', { method: 'POST', headers: { 'content-type': type }, body: '{"name":"X"}' })).toBe(
      expected,
    )
  })

  test('a compressed body is 415; one that is not UTF-8, or not JSON, 400', async () => {
    const post = (body: BodyInit, headers = {}) => fault('/api/guest', { method: 'POST', body, headers })
    expect(await post('{"name":"X"}', { 'content-encoding': 'gzip' })).toBe('415 UNSUPPORTED_TYPE')
    expect(await post(Buffer.from('{"name":"\xff"}', 'latin1'))).toBe('400 MALFORMED_REQUEST')
    for (const body of [
      '',
      '{',
      '"',
      '[]',
      '1',
      'null',
      '{"name":[]}',
      '{"name":{}}',
      '{"name":"\\ud801"}',
      '{"name":"\\u0000"}',
    ]) {
      expect([body, await post(body)]).toEqual([body, expect.stringMatching(/^400 MALFORMED_REQUEST/)])
    }
    expect(await post('\ufeff{"name":"X"}')).toBe('200')
    expect(await post('{"name":"X","__proto__":{"importer":true},"constructor":1}')).toBe('200')
  })
})

describe('connections', () => {
  const body = '{"name":"X"}'
  const post = (...headers: string[]) =>
    head('POST /api/guest HTTP/1.1', `Origin: http://localhost:${port}`, ...headers)

  test('lengths that lie, chunks that are none, two lengths at once: 400, and never a second request', async () => {
    expect(statusOf(await raw(post(`Content-Length: ${body.length}`) + body))).toBe(200)
    expect(statusOf(await raw(`${post('Transfer-Encoding: chunked')}c\r\n${body}\r\n0\r\n\r\n`))).toBe(200)
    for (const bad of [
      `${post('Content-Length: x')}${body}`,
      `${post('Content-Length: -1')}${body}`,
      `${post('Content-Length: 12', 'Content-Length: 13')}${body}`,
      `${post('Content-Length: 12', 'Transfer-Encoding: chunked')}${body}`,
      `${post('Transfer-Encoding: chunked')}zz\r\n${body}\r\n0\r\n\r\n`,
      `${post('Transfer-Encoding: gzip')}${body}`,
    ]) {
      expect([bad, statusOf(await raw(bad))]).toEqual([bad, 400])
    }
    expect(statusOf(await raw(post('Content-Length: 99999999999')))).toBe(413)
    expect(statusOf(await raw(post('Content-Length: 4') + '{"na' + body))).toBe(400) // more than announced is no body
  })

  test('Expect, upgrades and pipelining', async () => {
    const waited = await raw(post(`Content-Length: ${body.length}`, 'Expect: 100-continue') + body)
    expect(waited).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
    expect(statusOf(await raw(post('Content-Length: 0', 'Expect: miracles')))).toBe(417)
    const socket = ['Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13']
    const upgrade = `GET /api/tail HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n${socket.join('\r\n')}\r\n\r\n`
    expect(statusOf(await raw(`${upgrade}${head('GET /api/me HTTP/1.1')}`))).toBe(401)
    const three = `GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(2) + head('GET /api/me HTTP/1.1')
    expect((await raw(three)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 401'])
  })

  test('hundreds of requests in one packet: a few are answered, the rest refused at once', async () => {
    const many = `GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(300) + head('GET /api/me HTTP/1.1')
    const answers = (await raw(many)).match(/HTTP\/1\.1 \d+/g)!
    expect(answers.slice(0, 8)).toEqual(Array(8).fill('HTTP/1.1 200'))
    expect(answers.filter((answer) => answer.endsWith('429')).length).toBeGreaterThan(100)
  })

  test('clients that go away in the middle, of a body or of an answer, harm nobody', async () => {
    const gone = (bytes: string) =>
      new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(bytes, () => setTimeout(() => socket.destroy(), 5)),
        )
        socket.on('error', () => {})
        socket.on('close', () => resolve())
      })
    const tail = head('GET /api/tail HTTP/1.1', `Cookie: ${ada.cookie}`)
    const parts = [
      post('Content-Length: 1000') + body,
      `${post('Transfer-Encoding: chunked')}5\r\n{"n`,
      'GET /api',
      tail,
      tail,
    ]
    await Promise.all(Array.from({ length: 40 }, (_, i) => gone(parts[i % parts.length]!)))
    const health = async () => ((await (await fetch(`${server.origin}/healthz`)).json()) as { tails: number }).tails
    await expect.poll(health).toBe(0)
    expect((await ada.request('/api/me')).status).toBe(200)
  })

  test.each([
    ['__Host-sid=', 401],
    ['__Host-sid=%00', 401],
    ['__Host-sid=%E0%A4%A', 401],
    [`__Host-sid=${'x'.repeat(8000)}`, 401],
    [';;;=;__Host-sid;=x', 401],
    ['__proto__=x; constructor=y', 401],
  ])('Cookie: %s → %d', async (cookie, status) => {
    expect(statusOf(await raw(head('GET /api/me HTTP/1.1', `Cookie: ${cookie.slice(0, 9000)}`)))).toBe(status)
  })
})
