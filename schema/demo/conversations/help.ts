import type { ConversationTemplate } from './conversation.ts'

export const help: readonly ConversationTemplate[] = [
  [
    'A {A user|Someone} {writes|reports}: “{feature} {shows yesterday’s notes|is empty after the update|asks me to sign in again}”. {On {device}|They are on {version}}. {Known?|Seen before?}',
    'B {not to me|Hm, no}. {Could you ask for the diagnostics|Do they have little space left}? {Settings → About → Copy|There is a button for it now}',
    'A {asked|They answered}: {error}, {storage 98 % full|and the clock is a day off}',
    'B {There it is|that explains it}. {Freeing space is enough, nothing is lost|Everything is still on the device; it uploads once there is room}',
    'A {told them, they are relieved|wrote back. “You people are kind”, they say} {❤️|}',
  ],
  [
    'A {How does one|What do I tell someone who wants to} {merge two accounts|export only one trip|share a list without the location|undo a bulk edit}?',
    'B {Settings → Data|the three dots, then “Share as…”}, {it is well hidden|third entry}. {Docs|Here}: {link}',
    'A {thanks|perfect}, {sending|I would never have found that}',
    '?C {then maybe we should move it|filing {ticket} to make it findable}',
  ],
  [
    'A {count} {people|users} {asked|wrote} about {feature} this week. {I am answering with a template now|Is there a plan}?',
    'B {It is in {version}|planned after {version}|somebody is on it: {@C}}',
    'C {yes, about half done|early draft works}, {please collect their wishes in {ticket}|happy to give them the beta}',
    'A {🙏|great}, {will do|they will be thrilled}',
  ],
  [
    'A {lost notes report|Someone thinks they lost notes}: {a whole morning at {place}|{count} entries}. {Handling with care|They are upset, understandably}',
    'B {send me the account id|I will look right away}',
    'B {Nothing is lost|good news}: {they are in the outbox of the old phone|the second device is still offline}. {Opening the app there with Wi-Fi does it|One tap on “retry”}',
    'A {it worked|All back}! {They sent a photo of {bird} as a thank-you|They cried a little, and so did I}',
    'C 😍',
  ],
  [
    'A {The help page on|Our text about} {feature} is {out of date|from before the redesign}. {Who knows it best|I can rewrite it if someone checks}',
    'B {me, happy to check|I will read it}',
    'A {draft|First draft}: {link}',
    'B {clear and short|great}. {One step is missing between 2 and 3|the screenshot still shows the old sheet}',
    'A {fixed|done}, {publishing|live}',
  ],
]
