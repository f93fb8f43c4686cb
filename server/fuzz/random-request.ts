import type { OutgoingHttpHeaders } from 'node:http'
import type { Random } from '../../schema/demo/random.ts'
import type { AnyEvent } from '../../schema/events/event.ts'
import { at, type Answer, type AnyClient } from './any-client.ts'
import { damaged, mutated, nastyTexts } from './nasty.ts'
import type { Space, World } from './world.ts'

/** One request: good events, bent ones, or bodies, addresses, headers, methods and bytes that nobody means. */
export async function randomRequest(client: AnyClient, world: World, quiet: Space, random: Random): Promise<Answer> {
  const by = random.pick(world.people)
  const space = random.pick(world.spaces)
  const { stream, room } = space
  const cookie = { cookie: by.cookie }
  const good = () => Array.from({ length: random.pick([1, 1, 1, 2, 5]) }, () => world.goodEvent(random, by, space))
  switch (random.between(0, 14)) {
    case 0:
    case 1:
      return world.append(by, stream, good())
    case 2: {
      const events = good()
      await world.append(by, stream, events)
      return world.append(by, stream, events) // a repetition
    }
    case 3:
    case 4: {
      const bent = mutated(random, { events: good() }) as { events?: AnyEvent[] }
      const answer = await client.ask('POST', at(stream, 'events'), cookie, JSON.stringify(bent))
      if (answer.status === 200) world.keep(stream, bent.events!) // bent into something that is good
      return answer
    }
    case 5: {
      const text = JSON.stringify({ events: good() })
      const body = damaged(random, text)
      const answer = await client.ask('POST', at(stream, 'events'), cookie, body)
      if (answer.status === 200) world.keep(stream, (JSON.parse(body.toString()) as { events: AnyEvent[] }).events)
      return answer
    }
    case 6: {
      const name = encodeURIComponent(random.pick([stream, quiet.stream, ...nastyTexts]).toWellFormed()).slice(0, 4000)
      const rest = random.pick(['events', 'latest', 'outline', 'tail', 'nothing', ''])
      const query = Array.from({ length: random.between(0, 3) }, () => {
        const value = random.pick(['1', '5', room, '0000000000000003', ...nastyTexts]).toWellFormed()
        return `${random.pick(['after', 'limit', 'room', 'names', 'x'])}=${encodeURIComponent(value).slice(0, 1000)}`
      }).join('&')
      return client.ask(random.pick(['GET', 'GET', 'HEAD']), `/api/streams/${name}/${rest}?${query}`, cookie)
    }
    case 7: {
      const path = random.pick([
        '/api/me',
        '/api/spaces',
        '/api/guest',
        '/api/sign-out',
        '/',
        '/healthz',
        '/api/tail',
        '/x.js',
      ])
      const method = random.pick(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'TRACE'])
      return client.ask(
        method,
        path,
        random.chance(0.5) ? cookie : {},
        method === 'PUT' ? JSON.stringify(mutated(random, {})) : undefined,
      )
    }
    case 8: {
      const headers: OutgoingHttpHeaders = { ...cookie }
      for (const name of random.sample(
        ['host', 'origin', 'cookie', 'content-type', 'sec-fetch-site', 'accept', 'range'],
        2,
      )) {
        const value = random.pick([
          ...nastyTexts,
          'evil.example',
          'multipart/form-data',
          'bytes=0-',
          'same-origin',
          '*/*',
        ])
        headers[name] = Buffer.from(value)
          .toString('latin1')
          .replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
          .slice(0, 3000)
      }
      return client.ask(
        random.pick(['GET', 'POST']),
        random.pick(['/api/me', '/api/spaces', at(stream, 'events')]),
        headers,
      )
    }
    case 9: {
      // read and write where one has no right
      const stranger = random.pick(world.people)
      const events = [world.goodEvent(random, stranger, quiet)]
      return random.chance(0.5)
        ? client.ask('POST', at(quiet.stream, 'events'), { cookie: stranger.cookie }, JSON.stringify({ events }))
        : client.ask('GET', at(quiet.stream, random.pick(['events', 'latest', 'outline', 'tail'])), {
            cookie: stranger.cookie,
          })
    }
    case 10: {
      const lines = `POST ${at(stream, 'events')} HTTP/1.1\r\nHost: ${client.address}\r\nOrigin: http://${client.address}\r\nCookie: ${by.cookie}\r\n`
      return client.bytes(damaged(random, `${lines}Content-Length: 20\r\n\r\n{"events":[{"id":1}]}`))
    }
    case 11: {
      const path = random.pick(accountPaths)
      const sent = mutated(random, {
        name: 'Ada',
        id: 'AA',
        code: '0000',
        session: 'others',
        response: passkeyAnswer,
        endpoint: 'https://push.invalid/x',
        keys: { p256dh: 'BAAA', auth: 'AAAAAAAAAAAAAAAAAAAAAA' },
      })
      return client.ask('POST', path, random.chance(0.7) ? cookie : {}, JSON.stringify(sent))
    }
    case 12: {
      const said = { tab: 'one', watch: [stream, quiet.stream], typing: { stream, room }, whole: true }
      return client.ask('POST', '/api/presence', cookie, JSON.stringify(mutated(random, said)))
    }
    case 13: {
      const sha256 = random.pick([fileHash, 'a'.repeat(64), 'A'.repeat(64), ...nastyTexts].map(inAddress))
      const query = ['at', 'size', 'stream', 'message']
        .filter(() => random.chance(0.5))
        .map(
          (name) => `${name}=${inAddress(random.pick(['0', '5', '-1', '1e9', stream, quiet.stream, ...nastyTexts]))}`,
        )
      const path = `/api/blobs/${sha256}?${query.join('&')}`
      if (random.chance(0.5))
        return client.ask('GET', path, { ...cookie, range: random.pick(['bytes=0-', 'bytes=9-2', 'x']) })
      return client.ask('PUT', path, cookie, random.pick(['hello', '', damaged(random, 'hello')]))
    }
    default:
      return client.ask('GET', at(stream, `events?limit=${random.between(1, 50)}`), cookie)
  }
}

/** of “hello” */
const fileHash = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'

const inAddress = (text: string) => encodeURIComponent(text.toWellFormed()).slice(0, 1000)

/** All but the one that would take the person out of this world. */
const accountPaths = [
  '/api/passkeys/creation',
  '/api/passkeys',
  '/api/passkeys/request',
  '/api/passkeys/sign-in',
  '/api/recovery',
  '/api/account/name',
  '/api/account/codes',
  '/api/account/passkeys/remove',
  '/api/account/devices/sign-out',
  '/api/push',
  '/api/push/off',
  '/api/push/test',
] as const

const passkeyAnswer = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  clientExtensionResults: {},
  response: { clientDataJSON: 'e30', attestationObject: 'oA', authenticatorData: 'AAAA', signature: 'AAAA' },
}
