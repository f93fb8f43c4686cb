import { count, noteInWords, positionInWords, quoted, reasonInWords, timesInWords } from './in-words.ts'
import type { ImportReport } from './import-history.ts'

/** What came of it, a sentence a line. The counts are of lines, or messages: those read are the sum of what happened to them. */
export function summaryOf(report: ImportReport, space: string, origin: string, seconds: number): string[] {
  const { read, imported, known, refused, fault, visibility, source } = report
  const taken = imported + known
  const parts = [
    `${count(imported, 'message')} imported`,
    ...(known > 0 ? [`${known.toLocaleString('en')} ${known === 1 ? 'was' : 'were'} there already`] : []),
    ...(refused > 0 ? [`${count(refused, source.noun)} not imported`] : []),
  ]
  const sentences = [`${count(read, source.noun)} read in ${seconds.toFixed(1)} s: ${parts.join(', ')}.`]
  const reasons = [...report.reasons].map(
    ([reason, lines]) => `${lines.toLocaleString('en')} because ${reasonInWords[reason]}`,
  )
  if (refused > 1) sentences.push(`Not imported: ${reasons.join('; ')}.`)
  if (taken > 0) sentences.push(...whatCameOver(report), timesInWords(report.times))
  for (const [note, { count: lines, lines: first }] of report.notes) {
    const which = first.map(positionInWords).join(', ')
    sentences.push(`${count(lines, source.noun)} ${noteInWords[note]} (${which}${lines > first.length ? ', …' : ''}).`)
  }
  sentences.push(...whatDidNot(report))
  if (fault !== null) sentences.push(`${fault} What came before ${taken > 0 ? 'is' : 'was not'} imported.`)
  if (taken === 0) sentences.push('Nothing was imported.')
  else {
    const isPrivate = visibility === 'invite' ? ', and nobody joins it unless let in' : ''
    sentences.push(`“${space}” is at ${origin}${isPrivate}.`)
  }
  return sentences
}
const maxFields = 12

function whatCameOver({ made, changes, cameOver }: ImportReport): string[] {
  const { edit, reaction, pin, delete: deletion } = changes
  const parts = [
    [made.rooms, 'room'],
    [made.threads, 'thread'],
    [made.people, 'person', 'people'],
    [reaction.imported, 'reaction'],
    [edit.imported, 'edit'],
    [pin.imported, 'pin'],
    [deletion.imported, 'deletion'],
  ] as const
  const some = parts.filter(([number]) => number > 0)
  const sentences = [...cameOver].map(
    ([kind, number]) => `${kind[0]!.toUpperCase()}${kind.slice(1)}: ${number.toLocaleString('en')}.`,
  )
  if (some.length === 0) return sentences
  return [`New: ${some.map(([number, noun, plural]) => count(number, noun, plural)).join(', ')}.`, ...sentences]
}

/** Nothing is left out without a word: each kind, with its number. */
function whatDidNot({ fieldsLeft, left, source }: ImportReport): string[] {
  const sentences: string[] = []
  if (fieldsLeft.length > 0) {
    const fields = fieldsLeft
      .slice(0, maxFields)
      .map(([name, lines]) => `${quoted(name)} (${count(lines, source.noun)})`)
    const more = fieldsLeft.length > maxFields ? `, and ${count(fieldsLeft.length - maxFields, 'other field')}` : ''
    sentences.push(`Not taken over, for an import does not know them: the fields ${fields.join(', ')}${more}.`)
  }
  const kinds = [...left].sort((a, b) => b[1] - a[1])
  if (kinds.length > 0) {
    if (kinds.some(([kind]) => /\b(private|direct)\b/.test(kind))) {
      sentences.push('What is private stays out: nobody who was in it has an account here that could be let in.')
    }
    sentences.push('Not taken over:', ...kinds.map(([kind, number]) => `  ${kind}: ${number.toLocaleString('en')}`))
  }
  return sentences
}
