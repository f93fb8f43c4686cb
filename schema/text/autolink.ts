import { take, type Budget } from './budget.ts'
import type { Inline, Link } from './message-ast.ts'
import { safeUrl } from './safe-url.ts'
import { spacedLetter } from './unspaced-scripts.ts'

/**
 * Addresses that stand in the text: https://a.example, www.a.example, <https://a.example>, me@a.example. What is shown is what was
 * typed; the punctuation of the sentence around it does not belong to it.
 */
export function urlAt(text: string, at: number, budget: Budget): { node: Inline; to: number } | null {
  if (text[at] === '<') return angleAt(text, at, budget)
  if (at > 0 && letter.test(text[at - 1]!)) return null
  address.lastIndex = at
  const found = address.exec(text)
  if (!found || !take(budget, 2)) return null
  // half an address leads elsewhere: one that is too long is text, as a whole
  if (found[0].length > maxAddress) return { node: { type: 'text', text: found[0] }, to: at + found[0].length }
  const typed = trimmed(found[0])
  const url = safeUrl(/^www\./i.test(typed) ? `http://${typed}` : typed)
  return url && hasHost(url) ? { node: link(url, typed), to: at + typed.length } : null
}

export function emailAround(
  text: string,
  at: number,
  from: number,
  budget: Budget,
): { node: Link; from: number; to: number } | null {
  domain.lastIndex = at + 1
  const after = domain.exec(text)
  if (!after) return null
  const before = /[\p{L}\p{N}][\p{L}\p{N}.+_-]*$/u.exec(text.slice(Math.max(from, at - 64), at))
  if (!before || !take(budget)) return null
  const start = at - before[0].length
  if (/[/:@.]/.test(text[start - 1] ?? '')) return null
  const typed = text.slice(start, domain.lastIndex)
  const url = safeUrl(`mailto:${typed}`)
  return url === null ? null : { node: link(url, typed), from: start, to: start + typed.length }
}

function angleAt(text: string, at: number, budget: Budget) {
  angle.lastIndex = at
  const found = angle.exec(text)
  if (!found || !take(budget, 2)) return null
  const url = safeUrl(found[1]!)
  return url === null ? null : { node: link(url, found[1]!), to: angle.lastIndex }
}

function link(url: string, typed: string): Link {
  return { type: 'link', url, title: null, host: null, children: [{ type: 'text', text: typed }] }
}

/** a bare `www.` or `https://` followed by nothing is none */
function hasHost(url: string): boolean {
  return url.startsWith('mailto:') ? url.includes('@') : !/^https?:\/\/(?:www\.)?\.?(?:\/|$)/.test(url)
}

const letter = new RegExp(spacedLetter, 'u')
const maxAddress = 2048
/** ends at space, quotes, angle brackets, and at the punctuation of Chinese and Japanese sentences */
const stop = '\\s<>`"`“”„«»\\u3000-\\u3003\\u3008-\\u3011\\uff01\\uff08\\uff09\\uff0c\\uff1a\\uff1b\\uff1f'
const address = new RegExp(`(?:https?://|www\\.|mailto:)[^${stop}]+`, 'iy')
const angle = new RegExp(`<((?:https?://|mailto:)[^\\s<>]{1,${maxAddress}})>`, 'iy')
const domain = /[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))*\.[a-z]{2,24}(?![a-z0-9@-])/iy

/** Without the sentence's punctuation; a closing bracket belongs to it only if it was opened in it. */
function trimmed(typed: string): string {
  let end = typed.length
  let unopened = count(typed, ')') - count(typed, '(')
  let unopenedSquare = count(typed, ']') - count(typed, '[')
  for (; end > 0; end--) {
    const last = typed[end - 1]!
    if (last === ')' && unopened > 0) unopened--
    else if (last === ']' && unopenedSquare > 0) unopenedSquare--
    else if (!/[.,:;!?'’*_~…|\\]/.test(last)) break
  }
  return typed.slice(0, end)
}

function count(text: string, char: string): number {
  return text.split(char).length - 1
}
