import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Identity } from '../schema/messages/http.ts'
import { startTestServer, type TestServer } from './testing.ts'

/** Who is who: guests, their cookie, and requests that another site could have made. */
let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

describe('sign-in', () => {
  test('a guest gets an identity that the cookie brings back until sign-out', async () => {
    const ada = await server.signIn('  Ada ')
    expect(ada).toMatchObject({ name: 'Ada', actor: expect.stringMatching(/^[0-9A-Z]{26}$/) })
    expect(ada.cookie).toMatch(/^__Host-sid=/)
    expect(await ada.get<Identity>('/api/me')).toEqual({ status: 200, body: { actor: ada.actor, name: 'Ada' } })
    expect((await ada.request('/api/sign-out', { method: 'POST' })).status).toBe(204)
    expect(await ada.get('/api/me')).toMatchObject({ status: 401, body: { error: { code: 'SIGNED_OUT' } } })
  })

  test('the cookie is Secure, HttpOnly, SameSite=Strict and bound to the host', async () => {
    const answer = await fetch(`${server.origin}/api/guest`, {
      method: 'POST',
      headers: { origin: server.origin },
      body: '{"name":"Ada"}',
    })
    const cookie = answer.headers.get('set-cookie')!
    for (const part of [/^__Host-sid=[\w-]{43};/, /Path=\//, /Secure/, /HttpOnly/, /SameSite=Strict/]) {
      expect(cookie).toMatch(part)
    }
    expect(cookie).not.toMatch(/Domain/)
  })

  test.each([
    ['{"name":""}', 'MALFORMED_REQUEST', 'name'],
    ['{}', 'MALFORMED_REQUEST', 'name'],
    ['{"name":7}', 'MALFORMED_REQUEST', 'name'],
    ['{"name"', 'MALFORMED_REQUEST', undefined],
  ])('%s is refused with the field', async (body, code, field) => {
    const answer = await fetch(`${server.origin}/api/guest`, {
      method: 'POST',
      headers: { origin: server.origin },
      body,
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: field === undefined ? { code } : { code, field } })
  })

  test('a plain-http address of the LAN is told that no sign-in can last there', async () => {
    const answer = await fetch(`${server.origin}/api/guest`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', origin: 'http://192.168.1.5:5173' },
      body: '{"name":"Ada"}',
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: { code: 'INSECURE_CONTEXT', message: expect.stringContaining('http://192.168.1.5:5173') },
    })
  })

  test('a deployment can turn guests away', async () => {
    const closed = await startTestServer({ guests: 'off' })
    expect(await closed.signIn('Ada')).toMatchObject({ error: { code: 'GUESTS_OFF' } })
    await closed.dispose()
  })
})

describe('unsafe requests come from the app itself', () => {
  test.each([
    [{ origin: 'https://evil.example' }, 403],
    [{}, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'self', 'sec-fetch-site': 'cross-site' }, 403],
    [{ origin: 'self', 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example', 'content-type': 'application/json' }, 403],
    [{ origin: 'self' }, 200],
    [{ origin: 'http://localhost:5173', 'sec-fetch-site': 'same-origin' }, 200],
  ])('%o → %d', async (headers: Record<string, string>, status) => {
    const sent = headers['origin'] === 'self' ? { ...headers, origin: server.origin } : headers
    const answer = await fetch(`${server.origin}/api/guest`, { method: 'POST', headers: sent, body: '{"name":"x"}' })
    expect(answer.status).toBe(status)
    if (status === 403) expect(await answer.json()).toMatchObject({ error: { code: 'CROSS_ORIGIN' } })
  })
})
