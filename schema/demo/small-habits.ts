import type { Random } from './random.ts'

/** Which reactions a message would get. */
export function fittingEmoji(text: string): readonly string[] {
  if (/🎉|birthday|released|is out|live\b|complete|celebrate/i.test(text)) return ['🎉', '🚀', '🙌', '❤️']
  if (/cat|keyboard|😂|haha|\bha\b|possessed|smoke alarm|promote/i.test(text)) return ['😂', '😄', '🐈']
  if (/thank|lovely|wonderful|love|beautiful|gorgeous/i.test(text)) return ['❤️', '🙏', '😍']
  if (/fixed|merged|found it|green|done|deployed|works/i.test(text)) return ['✅', '👍', '🙌', '🔥']
  if (/seen|logged|owl|merlin|hoopoe|\bbird/i.test(text)) return ['🦉', '👀', '😮', '🐦']
  if (/cake|soup|bread|coffee|tea\b|recipe/i.test(text)) return ['😋', '☕', '🍞']
  return ['👍', '👀', '💯', '🤔']
}

/** Two neighbouring letters of a word change places, as fast fingers do. */
export function withTypo(random: Random, text: string): string {
  const words = [...text.matchAll(/\b[a-z]{5,}\b/g)]
  if (words.length === 0 || text.includes('```')) return text
  const word = random.pick(words)
  const at = word.index + random.between(1, word[0].length - 3)
  return text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2)
}

export function afterthought(random: Random): string {
  return random.pick([
    '_Edit: numbers corrected, thanks for checking._',
    '_Edit: it is Thursday, not Wednesday._',
    'PS: the link works without signing in now.',
    '_Edit: added the missing step._',
    'Update: solved, see the thread.',
    'PS: yes, on purpose.',
  ])
}
