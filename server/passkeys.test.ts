import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import type { Account, HttpFault, Identity, PasskeyAdded } from '../schema/messages/http.ts'
import { TestAuthenticator } from './passkeys/testing.ts'
import { startTestServer, type TestServer } from './testing.ts'

/** Accounts that last: passkeys, recovery codes, devices, and the ways in which others try to get in. */
let server: TestServer
let site: string
beforeAll(async () => {
  server = await startTestServer()
  site = server.origin.replace('127.0.0.1', 'localhost')
})
afterAll(() => server.dispose())

type Answer<T> = { status: number; body: T & { error?: HttpFault }; cleared: string | null }

/** One browser: it keeps its cookie. */
function browser(
  at: string = site,
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
) {
  let cookie = ''
  const ask = async <T = unknown>(path: string, body?: unknown, origin = at): Promise<Answer<T>> => {
    const answer = await fetch(at + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { origin, cookie, 'content-type': 'application/json', 'user-agent': userAgent },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const set = answer.headers.get('set-cookie')?.split(';')[0]
    if (set !== undefined) cookie = set
    const text = await answer.text()
    const cleared = answer.headers.get('clear-site-data')
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as T & { error?: HttpFault }, cleared }
  }
  return {
    ask,
    get cookie() {
      return cookie
    },
    take(other: string) {
      cookie = other
    },
    async addPasskey(key: TestAuthenticator, name?: string): Promise<Answer<PasskeyAdded>> {
      const { status, body, cleared } = await ask<PublicKeyCredentialCreationOptionsJSON>(
        '/api/passkeys/creation',
        name === undefined ? {} : { name },
      )
      if (status !== 200) return { status, body: body as never, cleared }
      return ask<PasskeyAdded>('/api/passkeys', { response: key.create(body, at) })
    },
    async signIn(key: TestAuthenticator): Promise<Answer<Identity>> {
      const { body } = await ask<PublicKeyCredentialRequestOptionsJSON>('/api/passkeys/request', {})
      return ask<Identity>('/api/passkeys/sign-in', { response: key.get(body, at) })
    },
  }
}

const refused = (code: string, status = 403) => ({ status, body: { error: { code } } })

describe('a passkey', () => {
  test('keeps a guest: the same person signs in with it on another device', async () => {
    const first = browser()
    const ada = (await first.ask<Identity>('/api/guest', { name: 'Ada' })).body
    const key = new TestAuthenticator()
    const added = await first.addPasskey(key)
    expect(added).toMatchObject({ status: 200, body: { actor: ada.actor, name: 'Ada' } })
    expect(added.body.codes).toHaveLength(10)

    const second = browser()
    expect(await second.signIn(key)).toMatchObject({ status: 200, body: { actor: ada.actor, name: 'Ada' } })
    expect((await second.ask<Identity>('/api/me')).body).toEqual({ actor: ada.actor, name: 'Ada' })
  })

  test('founds an account by itself, also where guests are off', async () => {
    const closed = await startTestServer({ guests: 'off' })
    const there = browser(closed.origin.replace('127.0.0.1', 'localhost'))
    const key = new TestAuthenticator()
    expect(await there.addPasskey(key, ' Grace ')).toMatchObject({ status: 200, body: { name: 'Grace' } })
    expect(await there.ask('/api/me')).toMatchObject({ status: 200, body: { name: 'Grace' } })
    await closed.dispose()
  })

  test('is refused to new people where sign-up is off, and taken from those who are known', async () => {
    const closed = await startTestServer({ signUp: false })
    const there = browser(closed.origin.replace('127.0.0.1', 'localhost'))
    expect(await there.addPasskey(new TestAuthenticator(), 'Eve')).toMatchObject(refused('SIGN_UP_OFF'))
    await there.ask('/api/guest', { name: 'Ada' })
    expect(await there.addPasskey(new TestAuthenticator())).toMatchObject({ status: 200 })
    await closed.dispose()
  })

  test('lets a person found spaces where guests may not', async () => {
    const limited = await startTestServer({ guests: 'limited' })
    const at = limited.origin.replace('127.0.0.1', 'localhost')
    const guest = await limited.signIn('Ada')
    const space = guest.found()
    expect(await guest.append(space.stream, space.events)).toMatchObject(refused('ACCOUNT_NEEDED'))
    const there = browser(at)
    there.take(guest.cookie)
    expect(await there.addPasskey(new TestAuthenticator())).toMatchObject({ status: 200 })
    expect((await guest.append(space.stream, space.events)).status).toBe(200)
    await limited.dispose()
  })

  test('can be one of several, and the last one stays', async () => {
    const here = browser()
    const [one, two] = [new TestAuthenticator(), new TestAuthenticator()]
    await here.addPasskey(one, 'Ada')
    expect((await here.addPasskey(two)).body.codes).toBeNull()
    const both = (await here.ask<Account>('/api/account')).body
    expect(both.passkeys.map(({ name }) => name)).toEqual(['Firefox on Linux', 'Firefox on Linux'])
    const id = one.id.toString('base64url')
    expect((await here.ask<Account>('/api/account/passkeys/remove', { id })).body.passkeys).toHaveLength(1)
    expect(await browser().signIn(one)).toMatchObject(refused('PASSKEY_REFUSED'))
    const last = { id: two.id.toString('base64url') }
    expect(await here.ask('/api/account/passkeys/remove', last)).toMatchObject(refused('LAST_PASSKEY', 409))
    expect((await browser().signIn(two)).status).toBe(200)
  })
})

describe('what others try', () => {
  test('an answer that was given once is refused the second time, on every path', async () => {
    const here = browser()
    const key = new TestAuthenticator()
    const options = (await here.ask<PublicKeyCredentialCreationOptionsJSON>('/api/passkeys/creation', { name: 'Ada' }))
      .body
    const made = { response: key.create(options, site) }
    expect((await here.ask('/api/passkeys', made)).status).toBe(200)
    expect(await browser().ask('/api/passkeys', made)).toMatchObject(refused('PASSKEY_REFUSED'))

    const asked = (await here.ask<PublicKeyCredentialRequestOptionsJSON>('/api/passkeys/request', {})).body
    const signed = { response: key.get(asked, site) }
    expect((await browser().ask('/api/passkeys/sign-in', signed)).status).toBe(200)
    expect(await browser().ask('/api/passkeys/sign-in', signed)).toMatchObject(refused('PASSKEY_REFUSED'))
  })

  test('a challenge of the one kind does not answer the other', async () => {
    const here = browser()
    const key = new TestAuthenticator()
    await here.addPasskey(key, 'Ada')
    const options = (await here.ask<PublicKeyCredentialCreationOptionsJSON>('/api/passkeys/creation', {})).body
    const response = key.get({ challenge: options.challenge, rpId: 'localhost' }, site)
    expect(await browser().ask('/api/passkeys/sign-in', { response })).toMatchObject(refused('PASSKEY_REFUSED'))
  })

  test('a page elsewhere that passes on what the passkey signed is refused', async () => {
    const here = browser()
    const key = new TestAuthenticator()
    await here.addPasskey(key, 'Ada')
    const asked = (await here.ask<PublicKeyCredentialRequestOptionsJSON>('/api/passkeys/request', {})).body
    const elsewhere = { response: key.get(asked, 'https://evil.example') }
    expect(await browser().ask('/api/passkeys/sign-in', elsewhere)).toMatchObject(refused('PASSKEY_REFUSED'))
    const again = (await here.ask<PublicKeyCredentialRequestOptionsJSON>('/api/passkeys/request', {})).body
    const otherSite = { response: key.get({ ...again, rpId: 'evil.example' }, site) }
    expect(await browser().ask('/api/passkeys/sign-in', otherSite)).toMatchObject(refused('PASSKEY_REFUSED'))
  })

  test('a changed signature, and a copy of the passkey whose counter lags behind, are refused', async () => {
    const here = browser()
    const key = new TestAuthenticator()
    await here.addPasskey(key, 'Ada')
    const asked = (await here.ask<PublicKeyCredentialRequestOptionsJSON>('/api/passkeys/request', {})).body
    const signed = key.get(asked, site)
    const signature = Buffer.from(signed.response.signature, 'base64url')
    signature[signature.length - 1]! ^= 1
    const changed = { ...signed, response: { ...signed.response, signature: signature.toString('base64url') } }
    expect(await here.ask('/api/passkeys/sign-in', { response: changed })).toMatchObject(refused('PASSKEY_REFUSED'))
    key.counter = 10
    expect((await browser().signIn(key)).status).toBe(200)
    key.counter = 3
    expect(await browser().signIn(key)).toMatchObject(refused('PASSKEY_REFUSED'))
  })

  test('what one session began another one does not end: nobody gives their passkey to somebody else', async () => {
    const [mallory, victim] = [browser(), browser()]
    await mallory.ask('/api/guest', { name: 'Mallory' })
    await victim.ask('/api/guest', { name: 'Victim' })
    const options = (await mallory.ask<PublicKeyCredentialCreationOptionsJSON>('/api/passkeys/creation', {})).body
    const response = new TestAuthenticator().create(options, site)
    expect(await victim.ask('/api/passkeys', { response })).toMatchObject(refused('PASSKEY_REFUSED'))
  })

  test('signing in gives a new token: who planted the one of before is not let in', async () => {
    const here = browser()
    const key = new TestAuthenticator()
    await here.addPasskey(key, 'Ada')
    const there = browser()
    const mallory = (await there.ask<Identity>('/api/guest', { name: 'Mallory' })).body
    const planted = there.cookie
    await there.signIn(key)
    expect(there.cookie).not.toBe(planted)
    const attacker = browser()
    attacker.take(planted)
    expect((await attacker.ask('/api/me')).body).toEqual(mallory)
  })

  test('a bare address, another site’s request and nonsense are refused with a word for it', async () => {
    const bare = browser(server.origin)
    expect(await bare.addPasskey(new TestAuthenticator(), 'Ada')).toMatchObject(refused('INSECURE_CONTEXT', 400))
    expect(await browser().ask('/api/passkeys/request', {}, 'https://evil.example')).toMatchObject(
      refused('CROSS_ORIGIN'),
    )
    for (const response of [{}, { id: 'x' }, 7, { id: '!', rawId: '', type: 'public-key', response: {} }]) {
      expect(await browser().ask('/api/passkeys', { response })).toMatchObject(refused('MALFORMED_REQUEST', 400))
      expect(await browser().ask('/api/passkeys/sign-in', { response })).toMatchObject(
        refused('MALFORMED_REQUEST', 400),
      )
    }
    const garbage = { id: 'AAAA', rawId: 'AAAA', type: 'public-key' }
    const response = { ...garbage, response: { clientDataJSON: 'e30', attestationObject: 'oA' } }
    expect(await browser().ask('/api/passkeys', { response })).toMatchObject(refused('PASSKEY_REFUSED'))
  })
})

describe('recovery codes', () => {
  test('each signs in once, however it is typed; new ones end the old ones', async () => {
    const here = browser()
    const { body } = await here.addPasskey(new TestAuthenticator(), 'Ada')
    const [first, second] = body.codes!
    const typed = first!.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    const there = browser()
    expect(await there.ask('/api/recovery', { code: typed })).toMatchObject({
      status: 200,
      body: { actor: body.actor },
    })
    expect(await browser().ask('/api/recovery', { code: first })).toMatchObject(refused('CODE_REFUSED'))
    expect((await here.ask<Account>('/api/account')).body.codesLeft).toBe(9)
    const renewed = (await here.ask<{ codes: string[] }>('/api/account/codes', {})).body.codes
    expect(renewed).toHaveLength(10)
    expect(await browser().ask('/api/recovery', { code: second })).toMatchObject(refused('CODE_REFUSED'))
    expect((await browser().ask('/api/recovery', { code: renewed[3] })).status).toBe(200)
  })

  test('guessing is counted by address', async () => {
    const slow = await startTestServer({ limits: { recoveriesPerAddress: { burst: 2, perSecond: 0.1 } } })
    const there = browser(slow.origin)
    for (const code of ['0000-0000-0000-0000', '']) {
      expect(await there.ask('/api/recovery', { code })).toMatchObject(refused('CODE_REFUSED'))
    }
    expect(await there.ask('/api/recovery', { code: '1' })).toMatchObject(refused('TOO_MANY_REQUESTS', 429))
    await slow.dispose()
  })
})

describe('devices', () => {
  test('are listed by name, and signed out one by one or all but this one; their live connections end', async () => {
    const key = new TestAuthenticator()
    const here = browser()
    await here.addPasskey(key, 'Ada')
    const phone = browser(
      site,
      'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36',
    )
    const [laptop, other] = [browser(), browser()]
    for (const each of [phone, laptop, other]) await each.signIn(key)
    const devices = (await here.ask<Account>('/api/account')).body.devices
    expect(devices.filter(({ current }) => current)).toHaveLength(1)
    const onPhone = devices.find(({ name }) => name === 'Chrome on Android')!
    const tail = await fetch(`${site}/api/tail`, { headers: { cookie: phone.cookie } })
    await here.ask('/api/account/devices/sign-out', { session: onPhone.session })
    await tail.text() // it ends
    expect((await phone.ask('/api/me')).status).toBe(401)
    expect((await laptop.ask('/api/me')).status).toBe(200)
    const left = await here.ask<Account>('/api/account/devices/sign-out', { session: 'others' })
    expect(left.body.devices).toHaveLength(1)
    expect((await other.ask('/api/me')).status).toBe(401)
    expect((await here.ask('/api/me')).status).toBe(200)
  })

  test('of another person cannot be signed out', async () => {
    const [ada, eve] = [browser(), browser()]
    await ada.ask('/api/guest', { name: 'Ada' })
    await eve.ask('/api/guest', { name: 'Eve' })
    const session = (await ada.ask<Account>('/api/account')).body.devices[0]!.session
    await eve.ask('/api/account/devices/sign-out', { session })
    expect((await ada.ask('/api/me')).status).toBe(200)
  })

  test('sign-out clears the browser only when it is asked to', async () => {
    const here = browser()
    await here.ask('/api/guest', { name: 'Ada' })
    expect(await here.ask('/api/sign-out', {})).toMatchObject({ status: 204, cleared: null })
    expect(await here.ask('/api/sign-out?clear', {})).toMatchObject({ status: 204, cleared: '"storage"' })
  })
})

describe('the end of an account', () => {
  test('takes the person out of spaces and rooms, ends every session, and passkey and codes open nothing', async () => {
    const key = new TestAuthenticator()
    const here = browser()
    const { body: ada } = await here.addPasskey(key, 'Ada')
    const bob = await server.signIn('Bob')
    const space = bob.found()
    await bob.append(space.stream, space.events)
    const joined = { ...bob.join(space.stream), actor: ada.actor, entity: ada.actor, payload: { name: 'Ada' } }
    await here.ask(`/api/streams/${encodeURIComponent(space.stream)}/events`, { events: [joined] })
    expect((await here.ask('/api/account/name', { name: ' Ada L. ' })).body).toMatchObject({ name: 'Ada L.' })

    expect(await here.ask('/api/account/delete', {})).toMatchObject({ status: 204, cleared: '"storage"' })
    expect((await here.ask('/api/me')).status).toBe(401)
    expect(await browser().signIn(key)).toMatchObject(refused('PASSKEY_REFUSED'))
    expect(await browser().ask('/api/recovery', { code: ada.codes![0] })).toMatchObject(refused('CODE_REFUSED'))
    const { body } = await bob.get(`/api/streams/${encodeURIComponent(space.stream)}/outline`)
    const said = body.items.map(({ event }) => event).filter(({ entity }) => entity === ada.actor)
    expect(said.map(({ type, payload }) => [type, payload])).toEqual([
      ['member.join', { name: 'Ada' }],
      ['member.join', { name: 'Deleted account' }],
      ['member.leave', {}],
    ])
  })

  test('waits for another owner where there are other members', async () => {
    const ada = await server.signIn('Ada')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    const bob = await server.signIn('Bob')
    await bob.append(space.stream, [bob.join(space.stream)])
    const here = browser()
    here.take(ada.cookie)
    expect(await here.ask('/api/account/delete', {})).toMatchObject({
      status: 409,
      body: { error: { code: 'LAST_OWNER', message: expect.stringContaining('Observatory') } },
    })
    expect((await here.ask('/api/me')).status).toBe(200)
  })
})
