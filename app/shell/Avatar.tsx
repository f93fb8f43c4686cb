import css from './Avatar.module.css'

/** Initials on a colour of the name's own. Decoration: the name stands beside it. */
export function Avatar(props: { id: string; name: string; size?: number; here?: boolean }) {
  const { id, name, size = 36, here = false } = props
  return (
    <span
      className={css.avatar}
      style={{ '--hue': hueOf(id), '--size': `${size}px`, fontSize: Math.max(10, Math.round(size * 0.38)) } as object}
      aria-hidden
    >
      {initials(name)}
      {here && <span className={css.here} />}
    </span>
  )
}

/** Example: Bo Glen 4 → BG */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const named = words.filter((word) => /^\p{L}/u.test(word))
  const [first, ...rest] = named.length > 0 ? named : words
  const letters = [first, rest.at(-1)].map((word) => (word ? [...word][0] : ''))
  return letters.join('').toUpperCase() || '?'
}

/** The colour that a person has everywhere. */
export function hueOf(id: string): number {
  let hash = 7
  for (const character of id) hash = (hash * 31 + character.codePointAt(0)!) >>> 0
  return (hash * 137) % 360
}
