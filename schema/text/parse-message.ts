import { attempt, isSpent, maxDepth, newBudget, take, type Budget } from './budget.ts'
import { blocksText, inlineText } from './drawn-text.ts'
import { codeFence, heading, isBlank, isRule, listMarker, quoteMark, type ListMarker } from './line-forms.ts'
import type { Block, ListItem } from './message-ast.ts'
import { parseInline } from './parse-inline.ts'
import { tableAt } from './parse-table.ts'
import { isVisible, nameInvisible, showHidden } from './visible-text.ts'

/**
 * The chat's Markdown. What people write in a chat is text first, so the dialect is small: paragraphs that keep their lines
 * and indentation, `>` quotations, lists that keep their numbers, fenced code, `#` headings, tables, `---` between blocks.
 * CommonMark's definitions, footnotes, setext headings, indented code, HTML and character references are text.
 *
 * Laws (parse-message.law.test.ts):
 * - What is drawn never shows less than was typed. Text is whatever no rule takes; a rule takes a delimiter only with its
 *   partner; a block that would draw nothing is drawn as it was typed.
 * - Any text is parsed, and drawn, in bounded time: nothing looks back, what can fail is paid from a budget, and nesting ends at
 *   a depth (budget.ts). A CommonMark parser has neither law, which is why this is none.
 */
export function parseMessage(text: string): readonly Block[] {
  const shown = showHidden(text)
  if (!isVisible(shown)) return [verbatim(nameInvisible(shown))]
  const blocks = parseBlocks(shown.split('\n'), 0, newBudget())
  return isVisible(blocksText(blocks)) ? blocks : [verbatim(shown)]
}

function parseBlocks(lines: readonly string[], depth: number, budget: Budget): readonly Block[] {
  const blocks: Block[] = []
  let open: string[] = []
  const flush = () => {
    const text = open.join('\n')
    open = []
    if (isVisible(text)) blocks.push(take(budget) ? paragraph(text, budget) : verbatim(text))
    else if (text.trim() !== '') blocks.push(verbatim(nameInvisible(text)))
  }
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!
    if (isBlank(line)) {
      flush()
      at += 1
      continue
    }
    if (isSpent(budget)) {
      open = open.concat(lines.slice(at))
      break
    }
    const found = depth < maxDepth && mayBegin.test(line) && attempt(budget) ? blockAt(lines, at, depth, budget) : null
    if (!found) {
      open.push(withoutEscape(line))
      at += 1
      continue
    }
    flush()
    blocks.push(found.block)
    at = found.to
  }
  flush()
  return blocks.map((block, at) => (block.type === 'rule' && !isBetween(blocks, at) ? verbatim(block.typed) : block))
}

/** what begins a block, or has a table's bars */
const mayBegin = /^[ \t]*(?:[#>*+_`~-]|\d{1,9}[.)])|\|/

/** A line divides only what stands above and below it; `---` alone was typed to be seen. */
function isBetween(blocks: readonly Block[], at: number): boolean {
  const [above, below] = [blocks[at - 1], blocks[at + 1]]
  return above !== undefined && below !== undefined && above.type !== 'rule' && below.type !== 'rule'
}

function paragraph(text: string, budget: Budget): Block {
  const children = parseInline(text, budget)
  return isVisible(inlineText(children)) ? { type: 'paragraph', children } : verbatim(text)
}

function verbatim(text: string): Block {
  return { type: 'paragraph', children: [{ type: 'text', text }] }
}

/** a block, and the line behind it */
interface Found {
  readonly block: Block
  readonly to: number
}

function blockAt(lines: readonly string[], at: number, depth: number, budget: Budget): Found | null {
  const line = lines[at]!
  const title = heading(line)
  if (title) {
    if (!take(budget)) return null
    const children = parseInline(title.text, budget)
    return isVisible(inlineText(children))
      ? { block: { type: 'heading', level: title.level, children }, to: at + 1 }
      : null
  }
  if (isRule(line)) return take(budget) ? { block: { type: 'rule', typed: line }, to: at + 1 } : null
  return (
    codeAt(lines, at, depth, budget) ??
    quoteAt(lines, at, depth, budget) ??
    listAt(lines, at, depth, budget) ??
    tableAt(lines, at, budget)
  )
}

function codeAt(lines: readonly string[], at: number, depth: number, budget: Budget): Found | null {
  const fence = codeFence(lines[at]!)
  if (!fence) return null
  const end = fence.endsIn(lines, at + 1)
  const inside = lines.slice(at + 1, end?.line ?? lines.length).map(fence.unindent)
  if (end?.before) inside.push(end.before)
  if (fence.firstLine !== null) inside.unshift(fence.firstLine)
  const to = end === null ? lines.length : end.line + 1
  if (!isVisible(inside.join('')) || !take(budget, fence.language === 'quote' ? 1 : 5)) return null
  if (fence.language === 'quote')
    return { block: { type: 'quote', blocks: parseBlocks(inside, depth + 1, budget) }, to }
  return { block: { type: 'codeBlock', language: fence.language, text: inside.join('\n') }, to }
}

function quoteAt(lines: readonly string[], at: number, depth: number, budget: Budget): Found | null {
  let to = at
  const inside: string[] = []
  for (; to < lines.length; to++) {
    const mark = quoteMark(lines[to]!)
    if (mark === null) break
    inside.push(lines[to]!.slice(mark))
  }
  if (!inside.some((each) => /[^\s>]/.test(each)) || !inside.some(isVisible) || !take(budget)) return null
  return { block: { type: 'quote', blocks: parseBlocks(inside, depth + 1, budget) }, to }
}

/** A list goes on with the next marker of its kind; an item with every line that is indented further than its marker. */
function listAt(lines: readonly string[], start: number, depth: number, budget: Budget): Found | null {
  const first = listMarker(lines[start]!, depth)
  if (!first) return null
  const items: ListItem[] = []
  let at = start
  while (at < lines.length && take(budget)) {
    const marker = listMarker(lines[at]!, depth)
    if (!marker || marker.ordered !== first.ordered || marker.indent >= first.indent + 2) break
    const end = endOfItem(lines, at + 1, marker)
    const rest = lines.slice(at + 1, end).map((line) => unindent(line, marker.indent + marker.width))
    const blocks = parseBlocks([marker.text, ...rest], depth + 1, budget)
    items.push({ marker: marker.typed, checked: marker.checked, blocks })
    at = end
    const next = nextShown(lines, at)
    if (next < lines.length && listMarker(lines[next]!, depth)) at = next
  }
  return items.length === 0 ? null : { block: { type: 'list', ordered: first.ordered, items }, to: at }
}

function endOfItem(lines: readonly string[], from: number, marker: ListMarker): number {
  let at = from
  while (at < lines.length) {
    const next = nextShown(lines, at)
    if (next >= lines.length || indentOf(lines[next]!) < marker.indent + 2) break
    at = next + 1
  }
  return at
}

function nextShown(lines: readonly string[], from: number): number {
  let at = from
  while (at < lines.length && isBlank(lines[at]!)) at++
  return at
}

/** columns; a tab goes to the next fourth */
function indentOf(line: string): number {
  let columns = 0
  for (const char of line) {
    if (char === ' ') columns += 1
    else if (char === '\t') columns += 4 - (columns % 4)
    else break
  }
  return columns
}

function unindent(line: string, columns: number): string {
  let at = 0
  for (let passed = 0; at < line.length && passed < columns; at++) {
    if (line[at] === ' ') passed += 1
    else if (line[at] === '\t') passed += 4 - (passed % 4)
    else break
  }
  return line.slice(at)
}

/** `\# no heading`: the backslash kept the line from being a block, and goes. */
function withoutEscape(line: string): string {
  const escaped = /^(\s*\d{0,9})\\([#>*+.)-].*)$/.exec(line)
  if (!escaped) return line
  const without = escaped[1]! + escaped[2]!
  const begins = heading(without) || quoteMark(without) !== null || listMarker(without, 0) || isRule(without)
  return begins ? without : line
}
