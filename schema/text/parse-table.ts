import { isSpent, take, type Budget } from './budget.ts'
import { isBlank } from './line-forms.ts'
import type { Align, Block, TableRow } from './message-ast.ts'
import { parseInline } from './parse-inline.ts'
import { isVisible } from './visible-text.ts'

/** A table as GitHub writes it: a head, a line of dashes, rows. A row that is longer than the head makes the table wider. */
export function tableAt(lines: readonly string[], at: number, budget: Budget): { block: Block; to: number } | null {
  const dashes = lines[at + 1]
  if (!lines[at]!.includes('|') || dashes === undefined || !/^[ \t]*[|:-][|:\- \t]*$/.test(dashes)) return null
  const head = cells(lines[at]!)
  const marks = cells(dashes)
  if (marks.length !== head.length || marks.length > maxColumns || !dashes.includes('|')) return null
  if (!marks.every((mark) => /^:?-+:?$/.test(mark)) || !head.some(isVisible)) return null
  const rows = [head]
  let to = at + 2
  for (; to < lines.length && lines[to]!.includes('|') && !isBlank(lines[to]!); to++) {
    const row = cells(lines[to]!)
    if (row.length > maxColumns) break
    if (!take(budget, row.length + 1) || isSpent(budget)) break
    rows.push(row)
  }
  const wide = rows.reduce((most, row) => Math.max(most, row.length), 0)
  if (rows.length * wide > maxCells || !take(budget)) return null
  const parsed: TableRow[] = rows.map((row) =>
    Array.from({ length: wide }, (_, column) => parseInline(row[column] ?? '', budget)),
  )
  return { block: { type: 'table', align: marks.map(alignOf), rows: parsed }, to }
}

const maxColumns = 40
const maxCells = 600

/** `| a | b \| c |` → ['a', 'b | c'] */
function cells(line: string): string[] {
  const found: string[] = []
  let cell = ''
  const text = line.trim()
  for (let at = text[0] === '|' ? 1 : 0; at < text.length; at++) {
    if (text[at] === '\\' && text[at + 1] === '|') cell += text[(at += 1)]
    else if (text[at] === '|') {
      found.push(cell.trim())
      cell = ''
    } else cell += text[at]
  }
  if (cell.trim() !== '') found.push(cell.trim())
  return found
}

function alignOf(mark: string): Align {
  const [left, right] = [mark.startsWith(':'), mark.endsWith(':')]
  return left && right ? 'center' : right ? 'right' : left ? 'left' : null
}
