import { conversationStarts, pauseBefore } from './calendar.ts'
import { bookClub } from './conversations/book-club.ts'
import type { ConversationTemplate } from './conversations/conversation.ts'
import { design } from './conversations/design.ts'
import { engineering } from './conversations/engineering.ts'
import { fieldReports } from './conversations/field-reports.ts'
import { general } from './conversations/general.ts'
import { help } from './conversations/help.ts'
import { kitchen } from './conversations/kitchen.ts'
import { releases } from './conversations/releases.ts'
import { firstName, people, pickSpeakers, type Person } from './people.ts'
import { Phrases } from './phrase.ts'
import type { Random } from './random.ts'

/** What people said in one go, about one thing, in one room. */
export interface Conversation {
  readonly room: RoomName
  readonly lines: readonly Line[]
}
export interface Line {
  readonly author: Person
  readonly text: string
  /** unix ms; grows within the conversation */
  readonly at: number
}

/** `share` of the space's conversations; the first room is the one to open. */
export const demoRooms = [
  { name: 'general', topic: 'Everyone, everything that concerns everyone', share: 0.17, templates: general },
  { name: 'engineering', topic: 'How it works, and why it does not', share: 0.3, templates: engineering },
  { name: 'design', topic: 'What people see and feel', share: 0.13, templates: design },
  { name: 'releases', topic: 'What goes out, and when', share: 0.08, templates: releases },
  { name: 'help', topic: 'Questions from people who use the app', share: 0.1, templates: help },
  { name: 'field-reports', topic: 'Seen outside', share: 0.1, templates: fieldReports },
  { name: 'kitchen', topic: 'Food, pets, weekends', share: 0.08, templates: kitchen },
  { name: 'book-club', topic: 'One book a month, no homework', share: 0.04, templates: bookClub },
] as const satisfies readonly {
  name: string
  topic: string
  share: number
  templates: readonly ConversationTemplate[]
}[]
export type RoomName = (typeof demoRooms)[number]['name']

export interface ConversationOptions {
  readonly now: number
  /** how many days back they reach */
  readonly days: number
  /** roughly how many messages in all */
  readonly messages: number
  readonly utcOffsetMinutes: number
}

/** Conversations of all rooms, by start; within a room they never overlap, and all end before `now`. */
export function makeConversations(random: Random, options: ConversationOptions): Conversation[] {
  const linesEach = 5.2
  const conversations: Conversation[] = []
  for (const { name, share, templates } of demoRooms) {
    const count = Math.max(1, Math.round((options.messages * share) / linesEach))
    let roomIsFree = 0
    const recent: ConversationTemplate[] = []
    for (const start of conversationStarts(random, { ...options, count })) {
      // the same kind of conversation does not come up twice in a row
      const fresh = templates.filter((template) => !recent.includes(template))
      const template = random.pick(fresh)
      recent.push(template)
      if (recent.length > Math.floor(templates.length / 2)) recent.shift()
      const lines = speak(random, template, Math.max(start, roomIsFree))
      const last = lines.at(-1)
      if (!last || last.at >= options.now) continue
      roomIsFree = last.at + random.between(3, 30) * 60_000
      conversations.push({ room: name, lines })
    }
  }
  return conversations.sort((a, b) => (a.lines[0]?.at ?? 0) - (b.lines[0]?.at ?? 0))
}

/** One template, spoken by people picked for it. */
export function speak(random: Random, template: ConversationTemplate, start: number): Line[] {
  const roles = ['A', 'B', 'C', 'D']
  const speakers = pickSpeakers(random, people, roles.length)
  const byRole = new Map(roles.map((role, index) => [role, speakers[index] as Person]))
  const names = [...byRole].flatMap(([role, person]) => [
    [role, firstName(person)],
    [`@${role}`, `@**${person.name}**`],
  ])
  const phrases = new Phrases(random, Object.fromEntries(names))
  const lines: Line[] = []
  let at = start
  for (const line of template) {
    const [, maybe, role, text] = /^(\??)([A-D]) ([^]*)$/.exec(line) ?? []
    const author = byRole.get(role ?? '')
    if (!author || text === undefined) throw new Error(`not a line of a conversation: "${line}"`)
    if (maybe && random.chance(0.4)) continue
    const filled = phrases.fill(text).trim()
    if (lines.length > 0) at += pauseBefore(random, filled)
    lines.push({ author, text: filled, at })
  }
  return lines
}
