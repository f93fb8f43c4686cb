import { isAddress, quoteOf } from './files-in-text.ts'
import { fieldsOf, itemsOf, textOf, type Fields } from '../files/json.ts'
import { outsideCode, withEmoji } from './emoji.ts'

/** Slack's own marks → Markdown. `*bold*` → `**bold**`, `<@U1>` → `@**Ann**`, `<https://a|b>` → `[b](https://a)`. */
export interface SlackNames {
  person(id: string): string
  /** null: the export does not name it */
  room(id: string): string | null
}

export function slackText(written: string, names: SlackNames): string {
  const marked = outsideCode(written, (plain) =>
    plain
      .replace(/(?<![\p{L}\p{N}*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\p{L}\p{N}*])/gu, '**$1**')
      .replace(/(?<![\p{L}\p{N}~])~(?=[^\s~])([^~\n]*[^\s~])~(?![\p{L}\p{N}~])/gu, '~~$1~~')
      .replace(/^(\s*)• /gm, '$1- ')
      .replace(/^&gt;(?:&gt;&gt;)? ?/gm, '> '),
  )
  const linked = marked.replace(/<([^<>\n]+)>/g, (whole, inside: string) => linkOf(inside, names) ?? whole)
  return withEmoji(linked.replace(/&(amp|lt|gt);/g, (_, name: string) => entities[name]!))
}
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>' }

/** What stands between `<` and `>`. */
function linkOf(inside: string, names: SlackNames): string | null {
  const bar = inside.indexOf('|')
  const target = bar < 0 ? inside : inside.slice(0, bar)
  const label = bar < 0 ? '' : inside.slice(bar + 1)
  if (/^@[UWB][A-Z0-9]+$/.test(target)) return `@**${names.person(target.slice(1))}**`
  if (/^#[CG][A-Z0-9]+$/.test(target)) {
    const room = names.room(target.slice(1)) ?? label
    return room === '' ? '#a private channel' : `#**${room}**`
  }
  if (target.startsWith('!')) return commandOf(target, label)
  if (target.startsWith('mailto:')) return label || target.slice('mailto:'.length)
  if (!/^[a-z][a-z0-9+.-]*:/i.test(target)) return null
  const address = target.replaceAll('&amp;', '&')
  if (label === '' || label === target) return address
  return isAddress(address)
    ? `[${label.replaceAll('[', '(').replaceAll(']', ')')}](${address.replaceAll('(', '%28').replaceAll(')', '%29')})`
    : `${label} (${address})`
}

/** `!here`, `!subteam^S1|@team`, `!date^1700000000^{date}|14 November` */
function commandOf(target: string, label: string): string {
  const [name = ''] = target.slice(1).split('^')
  if (name === 'subteam') return label || '@a group'
  if (name === 'date') return label || new Date(Number(target.split('^')[1]) * 1000 || 0).toISOString()
  return label || `@${name}`
}

/** What a bot, or a page that a link led to, adds below a text. Pages are left away: the link is in the text. */
export function attachmentsOf(
  message: Fields,
  names: SlackNames,
): { readonly lines: string[]; readonly pages: number } {
  const lines: string[] = []
  let pages = 0
  for (const attachment of itemsOf(message['attachments']).map(fieldsOf)) {
    if (textOf(attachment['from_url']) || textOf(attachment['original_url'])) {
      pages += 1
      continue
    }
    const title = textOf(attachment['title'])
    const link = textOf(attachment['title_link'])
    const fields = itemsOf(attachment['fields'])
      .map(fieldsOf)
      .map((field) => [textOf(field['title']), textOf(field['value'])].filter(Boolean).join(': '))
    const parts = [
      textOf(attachment['pretext']),
      title && link ? `<${link}|${title}>` : title,
      textOf(attachment['text']),
      ...fields,
      textOf(attachment['footer']),
    ].filter(Boolean)
    const said = parts.length > 0 ? parts.join('\n') : textOf(attachment['fallback'])
    if (said) lines.push(quoteOf(slackText(said, names)))
  }
  return { lines, pages }
}
