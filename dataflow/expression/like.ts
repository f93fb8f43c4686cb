/*
 * LIKE and GLOB, a port of SQLite's patternCompare: over code points, LIKE without regard to ASCII case.
 *
 *   like('a_c%', 'abcd')  glob('[a-c]*', 'bxx')  like('50\%', '50%', '\\')
 */

interface Wildcards {
  readonly all: string
  readonly one: string
  readonly set: boolean
  readonly fold: boolean
}
const likeWildcards: Wildcards = { all: '%', one: '_', set: false, fold: true }
const globWildcards: Wildcards = { all: '*', one: '?', set: true, fold: false }

export function like(pattern: string, text: string, escape: string | null): boolean {
  return matches(codePoints(pattern), 0, codePoints(text), 0, likeWildcards, escape)
}

export function glob(pattern: string, text: string): boolean {
  return matches(codePoints(pattern), 0, codePoints(text), 0, globWildcards, null)
}

function codePoints(text: string): readonly string[] {
  return Array.from(text)
}

function matches(
  pattern: readonly string[],
  p: number,
  text: readonly string[],
  t: number,
  wildcards: Wildcards,
  escape: string | null,
): boolean {
  while (p < pattern.length) {
    let c = pattern[p++]!
    if (c === wildcards.all && c !== escape) {
      // `%_%` is any text of at least one character
      while (
        p < pattern.length &&
        (pattern[p] === wildcards.all || pattern[p] === wildcards.one) &&
        pattern[p] !== escape
      ) {
        if (pattern[p++] === wildcards.one && t++ >= text.length) return false
      }
      if (p === pattern.length) return true
      for (; t <= text.length; t++) if (matches(pattern, p, text, t, wildcards, escape)) return true
      return false
    }
    if (c === escape) {
      if (p === pattern.length) return false
      c = pattern[p++]!
    } else if (wildcards.set && c === '[') {
      if (t >= text.length) return false
      const end = matchSet(pattern, p, text[t++]!)
      if (end === -1) return false
      p = end
      continue
    } else if (c === wildcards.one) {
      if (t++ >= text.length) return false
      continue
    }
    if (t >= text.length) return false
    const d = text[t++]!
    if (c !== d && !(wildcards.fold && foldCase(c) === foldCase(d))) return false
  }
  return t === text.length
}

function foldCase(c: string): string {
  return c >= 'A' && c <= 'Z' ? c.toLowerCase() : c
}

/** The place behind `]` if `c` is in the set that starts at `p`, else -1. */
function matchSet(pattern: readonly string[], p: number, c: string): number {
  const code = c.codePointAt(0)!
  let seen = false
  let prior = -1
  const invert = pattern[p] === '^'
  if (invert) p++
  if (pattern[p] === ']') {
    if (c === ']') seen = true
    p++
  }
  for (; p < pattern.length && pattern[p] !== ']'; p++) {
    const next = pattern[p + 1]
    if (pattern[p] === '-' && next !== ']' && next !== undefined && prior >= 0) {
      p++
      if (code >= prior && code <= next.codePointAt(0)!) seen = true
      prior = -1
    } else {
      if (pattern[p] === c) seen = true
      prior = pattern[p]!.codePointAt(0)!
    }
  }
  return p < pattern.length && seen !== invert ? p + 1 : -1
}
