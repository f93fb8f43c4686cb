import { nameToEmoji } from 'gemoji'

/**
 * `thumbsup`, `+1::skin-tone-3`, `man-shrugging`, `flag-fr` → the emoji; null for one that a community made itself.
 * Names are GitHub's, which Slack, Discord and Zulip share but for a few.
 */
export function emojiOf(written: string): string | null {
  const [name = '', tone] = written.toLowerCase().split('::')
  const plain = plainEmoji(name)
  const modifier = tone === undefined ? '' : skinTones[Number(/^skin-tone-([2-6])$/.exec(tone)?.[1] ?? 0)]
  return plain === null || modifier === undefined ? plain : modifier ? withTone(plain, modifier) : plain
}

function plainEmoji(name: string): string | null {
  const under = name.replaceAll('-', '_')
  const found = named(name) ?? named(under) ?? named(others[name] ?? others[under] ?? '')
  if (found !== null) return found
  const flag = /^(?:flag[-_])([a-z])([a-z])$/.exec(name)
  return flag ? String.fromCodePoint(...flag.slice(1).map((letter) => 0x1f1e6 + letter.charCodeAt(0) - 97)) : null
}
const named = (name: string): string | null => (Object.hasOwn(nameToEmoji, name) ? nameToEmoji[name]! : null)

const skinTones: Readonly<Record<number, string>> = Object.fromEntries(
  [2, 3, 4, 5, 6].map((tone) => [tone, String.fromCodePoint(0x1f3fb + tone - 2)]),
)
/** A tone stands behind the first person or hand, in the place of the mark that asks for colours. */
function withTone(emoji: string, modifier: string): string {
  const [first, ...rest] = emoji
  const behind = rest[0] === '\ufe0f' ? rest.slice(1) : rest
  return `${first}${modifier}${behind.join('')}`
}

/** What Slack and Zulip call otherwise. */
const others: Readonly<Record<string, string>> = {
  simple_smile: 'slightly_smiling_face',
  smile_slightly: 'slightly_smiling_face',
  slight_smile: 'slightly_smiling_face',
  slight_frown: 'slightly_frowning_face',
  thinking_face: 'thinking',
  rolling_on_the_floor_laughing: 'rofl',
  face_with_rolling_eyes: 'roll_eyes',
  hugging_face: 'hugs',
  the_horns: 'metal',
  sign_of_the_horns: 'metal',
  hand_with_index_and_middle_fingers_crossed: 'crossed_fingers',
  white_frowning_face: 'frowning_face',
  face_with_cowboy_hat: 'cowboy_hat_face',
  working_on_it: 'hammer_and_wrench',
  check: 'white_check_mark',
  cross_mark: 'x',
  party_popper: 'tada',
  confetti: 'confetti_ball',
  laughing_crying: 'joy',
}

/** `:name:` in a text, but not in code, and not a name that is none. */
export function withEmoji(text: string): string {
  if (!text.includes(':')) return text
  return outsideCode(text, (plain) =>
    plain.replace(/:([a-z0-9_+'-]{2,60}(?:::skin-tone-[2-6])?):/gi, (whole, name: string) => emojiOf(name) ?? whole),
  )
}

/** Applies `change` to what is no code. */
export function outsideCode(text: string, change: (plain: string) => string): string {
  return text
    .split(/(```[\s\S]*?(?:```|$)|`[^`\n]+`)/)
    .map((part, place) => (place % 2 === 1 ? part : change(part)))
    .join('')
}
