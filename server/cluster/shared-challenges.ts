import { jetstream } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { whenNatsAnswers } from '../log/when-nats-answers.ts'
import { challengeMs, type Challenges } from '../passkeys/challenges.ts'
import type { Purpose } from '../passkeys/relying-party.ts'

/** One server asks, another may get the answer. What was taken at one is gone at all: KV lets one of them delete it. */
export async function sharedChallenges(
  connection: NatsConnection,
  replicas: number,
  bucket = 'challenges',
): Promise<Challenges> {
  const ttl = challengeMs
  const options = { history: 1, replicas, ttl, allow_direct: false }
  const kv = await whenNatsAnswers(() => new Kvm(jetstream(connection)).create(bucket, options))
  return {
    async give(challenge, purpose) {
      await kv.put(challenge, JSON.stringify(purpose))
    },
    async take(challenge) {
      if (!/^[\w-]+$/.test(challenge)) return null
      const entry = await kv.get(challenge)
      if (entry?.operation !== 'PUT') return null
      try {
        await kv.delete(challenge, { previousSeq: entry.revision })
      } catch {
        return null // another one was first
      }
      return entry.json<Purpose>()
    },
  }
}
