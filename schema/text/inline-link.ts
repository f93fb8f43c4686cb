import { take, type Budget } from './budget.ts'
import type { Inline, Link } from './message-ast.ts'
import type { Within } from './parse-inline.ts'
import { inlineText } from './drawn-text.ts'
import { hostOf, safeUrl } from './safe-url.ts'
import type { Brackets } from './scan-brackets.ts'
import { isVisible } from './visible-text.ts'

type ParseInline = (text: string, budget: Budget, within: Within) => readonly Inline[]

/** `[label](address)` and `![what it shows](address)`, which is drawn as a link. Anything less is text as it was typed. */
export function linkAt(
  text: string,
  at: number,
  brackets: Brackets,
  budget: Budget,
  parse: ParseInline,
): { node: Link; to: number } | null {
  const image = text[at] === '!'
  const opened = image ? at + 1 : at
  const closed = brackets.partner.get(opened)
  if (closed === undefined || text[closed + 1] !== '(') return null
  const end = brackets.partner.get(closed + 1)
  if (end === undefined || end - closed > maxTarget || !take(budget, 2)) return null
  const address = destination.exec(text.slice(closed + 2, end))
  const url = address && safeUrl(address[1] ?? address[2]!)
  if (!url) return null
  const title = address[3] ?? null
  const label = text.slice(opened + 1, closed)
  if (image && !isVisible(label)) return { node: link(url, title, [{ type: 'text', text: url }]), to: end + 1 }
  if (!isVisible(label)) return null
  const children: readonly Inline[] = image ? [{ type: 'text', text: label }] : parse(label, budget, { label: true })
  return { node: link(url, title, children), to: end + 1 }
}

function link(url: string, title: string | null, children: readonly Inline[]): Link {
  return { type: 'link', url, title, host: otherHost(inlineText(children), url), children }
}

/** The link's host, if its label reads as another one: nobody is sent to evil.example by a link that says bank.example. */
function otherHost(label: string, url: string): string | null {
  const host = hostOf(url)
  const shown = /^(?:[a-z][a-z0-9+.-]*:\/*)?(?:[^\s/@]*@)?([^\s/?#:]+\.[^\s/?#:]{2,})/iu.exec(label.trim())
  const anywhere = /(?:https?:\/\/|www\.)([^\s/?#:]+)/iu.exec(label)
  for (const each of [shown, anywhere]) {
    if (!each) continue
    const said = hostOf(`http://${each[1]!}`)
    if (said === null || bare(said) !== bare(host ?? '')) return host || url
  }
  return null
}

function bare(host: string): string {
  return host.replace(/^www\./, '')
}

const maxTarget = 2100
/** an address without spaces, or in angle brackets, and perhaps a title */
const destination = /^\s*(?:<((?:https?:|mailto:)[^<>\n]*)>|((?:https?:|mailto:)\S*))(?:\s+["']([^"']*)["'])?\s*$/i
