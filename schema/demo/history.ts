import type { HistoryLine } from '../import/history.ts'
import { makeConversations } from './conversations.ts'
import { seededRandom } from './random.ts'

export type { HistoryLine }

export interface HistoryOptions {
  readonly seed: number
  /** roughly */
  readonly messages: number
  /** unix ms of the last message; the default keeps the same seed's history the same for ever */
  readonly now?: number
}

const formula = '$$\\sum_{i=1}^{n} w_i \\cdot \\left( x_i - \\bar{x} \\right)^2 \\le \\varepsilon$$'

/** A long history for tests and benchmarks: topics that come back, code, formulas, quotes, a few very long messages. */
export function makeHistory({ seed, messages, now = Date.UTC(2026, 0, 15, 12) }: HistoryOptions): HistoryLine[] {
  const random = seededRandom(seed)
  const days = Math.max(30, Math.ceil(messages / 45))
  const conversations = makeConversations(random, { now, days, messages, utcOffsetMinutes: 0 })
  const namesakes = Math.max(1, Math.floor(messages / 4000))
  const topicsByStream = new Map<string, string[]>()
  const lines: Omit<HistoryLine, 'id'>[] = []
  for (const { room, lines: said } of conversations) {
    const stream = room === 'help' ? 'Help%3F-Ask-here' : room
    const topics = topicsByStream.get(stream) ?? []
    topicsByStream.set(stream, topics)
    if (topics.length === 0 || random.chance(0.45)) topics.push(said[0]?.text.split('\n')[0]?.slice(0, 60) ?? 'chat')
    const topic = random.pick(topics.slice(-40))
    const group = random.between(1, namesakes)
    let quoted = ''
    for (const { author, text, at } of said) {
      const sender = group === 1 ? author.name : `${author.name} ${group}`
      lines.push({ stream, topic, sender, ts: Math.floor(at / 1000), text: embellish(text) })
      quoted = text
    }
    function embellish(text: string): string {
      if (quoted && random.chance(0.04)) return `> ${quoted.replaceAll('\n', '\n> ')}\n\n${text}`
      if (random.chance(0.03)) return `${text}\n\n${formula}`
      if (random.chance(0.004)) return Array.from({ length: random.between(20, 160) }, () => text).join('\n\n')
      return text
    }
  }
  return lines.sort((a, b) => a.ts - b.ts).map((line, index) => ({ id: 100_000_000 + index * 7, ...line }))
}

export function toNdjson(lines: readonly HistoryLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}
