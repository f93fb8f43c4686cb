import { CannotStart } from './cannot-start.ts'

/**
 * What one person, one address and all together may ask of the server, and how long it waits. Every number with its unit
 * and its reason. A burst is what may come at once; the rate is what comes back of it. The environment variable LIMITS
 * holds another choice as JSON, e.g. LIMITS='{"tailsPerPerson":20,"guestsPerAddress":{"burst":10,"perSecond":0.1}}'.
 */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

export const defaultLimits = {
  /** bytes of a request's body: an import's batch of 500 long messages is 2 MB */
  bodyBytes: 8 << 20,
  /** bytes of all bodies that are being received or worked on: 32 of the largest */
  bodyBytesInAll: 256 << 20,
  /** objects and arrays inside one another: twice an event's 32, so that one somewhat too deep is refused by its name */
  bodyDepth: 66,
  /** values in a body: 1,000 events of 12 fields take 15,000; more is parsed only to be refused */
  bodyValues: 250_000,
  /** events of one append */
  eventsPerAppend: 1000,
  /** bytes of a request's address and headers (Node's own default) */
  headerBytes: 16 << 10,
  /** for a whole request to arrive, and for its headers alone */
  requestMs: 15_000,
  headersMs: 10_000,
  /** after which a connection is cut on which no byte moves, in either direction: an answer that nobody reads */
  stalledMs: 60_000,
  /** how long an idle connection is kept for the next request: above the 5 s of browsers' own sockets in flight */
  keepAliveMs: 10_000,
  /** how long requests may go on when the server is asked to end; then their connections are cut */
  drainMs: 3000,
  /** requests of one connection that are not answered yet: pages of 2 MB may wait for each */
  inFlightPerConnection: 8,
  /** open connections: a tab has up to 6, a device's tail one; each costs 20 kB */
  connections: 10_000,

  /** new guests of one address: an office behind one; then one every 2 s */
  guestsPerAddress: { burst: 200, perSecond: 0.5 },
  /** asking for a passkey, and signing in with one: an office behind one address */
  signInsPerAddress: { burst: 200, perSecond: 0.5 },
  /** recovery codes that are tried: a person has ten, a guesser needs 2⁷⁶ */
  recoveriesPerAddress: { burst: 10, perSecond: 1 / 60 },
  recoveriesInAll: { burst: 300, perSecond: 1 },
  /** links of invitations that are looked at or used: a person opens a few, a guesser needs 2²⁵⁶ */
  invitationsPerPerson: { burst: 30, perSecond: 1 / 10 },
  invitationsPerAddress: { burst: 200, perSecond: 1 },
  /** new guests in all */
  guestsInAll: { burst: 3000, perSecond: 5 },
  /** spaces and private rooms that one person founds: nobody founds more in an hour by hand; an importer one for each archive */
  spacesPerPerson: { burst: 60, perSecond: 1 / 60 },
  /** of a person: an outbox of a week offline at once; then 500 times what a person types */
  eventsPerPerson: { burst: 20_000, perSecond: 1000 },
  bytesPerPerson: { burst: 64 << 20, perSecond: 2 << 20 },
  /** of an importer: 225,000 messages in a minute, faster than the log writes them */
  eventsPerImporter: { burst: 100_000, perSecond: 20_000 },
  bytesPerImporter: { burst: 256 << 20, perSecond: 32 << 20 },

  /** live connections of a person: the oldest makes room. A device has one, whatever its number of tabs */
  tailsPerPerson: 8,
  /** live connections in all: 21 kB each */
  tailsInAll: 8000,
  /** bytes that wait for one live connection: it is closed, and comes back to read from its cursor */
  tailBytes: 1 << 20,
  /** bytes that wait for all of them: those with most are closed */
  tailBytesInAll: 256 << 20,
  /** bytes of a commit that are sent along; a larger one is only announced, and read at the client's own pace */
  inlineBytes: 256 << 10,
  heartbeatMs: 15_000,

  /** words of a person about where they are: eight tabs that type */
  presencePerPerson: { burst: 60, perSecond: 6 },
  /** tabs of one person, and of all, that the server knows to be there: 300 bytes each */
  presenceTabsPerPerson: 16,
  presenceTabsInAll: 20_000,
  /** people in one list of who is here */
  presenceShown: 500,
  /** people of whom others are told that they type, in one stream */
  typistsShown: 12,

  /** how long a long poll of a durable stream waits, and how long its Server-Sent Events go on */
  longPollMs: 20_000,
  sseMs: 60_000,
  /** bytes of a durable stream in one answer */
  streamPageBytes: 1 << 20,
  /** subscriptions of one person to durable streams */
  subscriptionsPerPerson: 50,

  /** bytes of one file that a message names: a minute of a phone's video */
  blobBytes: 100 << 20,
  /** bytes of all files of one person: 800 photographs */
  blobBytesPerPerson: 2 * 1024 ** 3,
  /** pieces of files that are being received, of one person and in all: each holds 64 kB */
  uploadsAtOncePerPerson: 6,
  uploadsInAll: 500,

  /** a space of fewer events has no read model, and no snapshot: a device takes its events as fast */
  snapshotEvents: 10_000,
  /** a snapshot is made anew when this part of its space's events is missing in it, and nothing has come for a while */
  snapshotsBehind: 0.05,
  snapshotQuietMs: 2000,
  /** that are being sent at once, of up to some 100 MB each */
  snapshotsInAll: 32,

  /** devices of one person that are told by pushes: the oldest makes room */
  pushDevicesPerPerson: 20,
  /** switching pushes on, and trying them */
  pushChangesPerPerson: { burst: 20, perSecond: 1 / 30 },
  /** how long a message waits before its readers are told: whoever is in front of the app reads it meanwhile */
  pushAfterMs: 2000,
  /** pushes that wait for all devices; more are dropped */
  pushesInAll: 50_000,
  /** requests to push services at once: each waits up to 10 s */
  pushesAtOnce: 200,
  /** persons whose read marks and settings are kept in memory, some 10 kB each */
  pushPersonsInMemory: 5000,

  /** spaces in one answer of the public list */
  spacesPerPage: 100,

  /** clocks and times of persons' events: none is older than the app (an import's are) */
  oldestEventMs: Date.UTC(2020, 0, 1),
  /** how long an append waits for the directory to follow the log */
  staleHeadMs: 5000,
} as const satisfies Record<string, number | Rate>

export type Limits = {
  readonly [K in keyof typeof defaultLimits]: (typeof defaultLimits)[K] extends number ? number : Rate
}

/** The defaults with another choice over them; throws CannotStart. */
export function limitsFrom(text: string | undefined): Limits {
  if (text === undefined || text === '') return defaultLimits
  const chosen = parse(text)
  for (const [name, value] of Object.entries(chosen)) {
    if (!Object.hasOwn(defaultLimits, name)) throw new CannotStart(`LIMITS: there is no ${name}`)
    const isRate = typeof defaultLimits[name as keyof Limits] === 'object'
    const numbers = isRate ? [(value as Rate)?.burst, (value as Rate)?.perSecond] : [value]
    if (!numbers.every((number) => typeof number === 'number' && number >= 0)) {
      throw new CannotStart(`LIMITS: ${name} must be ${isRate ? '{"burst", "perSecond"} of two numbers' : 'a number'}`)
    }
  }
  return { ...defaultLimits, ...chosen }
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    throw new CannotStart(`LIMITS: ${(error as Error).message}`)
  }
}
