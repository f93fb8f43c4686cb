import { count, noteInWords, quoted, reasonInWords, timesInWords } from './in-words.ts'
import type { ImportReport } from './import-history.ts'

/** What came of it, a sentence a line. The counts are of lines: those read are the sum of what happened to them. */
export function summaryOf(report: ImportReport, space: string, origin: string, seconds: number): string[] {
  const { read, imported, known, refused, fault, visibility, fieldsLeft } = report
  const taken = imported + known
  const parts = [
    `${count(imported, 'message')} imported`,
    ...(known > 0 ? [`${known.toLocaleString('en')} ${known === 1 ? 'was' : 'were'} there already`] : []),
    ...(refused > 0 ? [`${count(refused, 'line')} not imported`] : []),
  ]
  const sentences = [`${count(read, 'line')} read in ${seconds.toFixed(1)} s: ${parts.join(', ')}.`]
  const reasons = [...report.reasons].map(
    ([reason, lines]) => `${lines.toLocaleString('en')} because ${reasonInWords[reason]}`,
  )
  if (refused > 1) sentences.push(`Not imported: ${reasons.join('; ')}.`)
  if (taken > 0) sentences.push(timesInWords(report.times))
  for (const [note, { count: lines, lines: first }] of report.notes) {
    const which = `line${lines === 1 ? '' : 's'} ${first.join(', ')}${lines > first.length ? ', …' : ''}`
    sentences.push(`${count(lines, 'line')} ${noteInWords[note]} (${which}).`)
  }
  if (fieldsLeft.length > 0) {
    const fields = fieldsLeft.slice(0, maxFields).map(([name, lines]) => `${quoted(name)} (${count(lines, 'line')})`)
    const more = fieldsLeft.length > maxFields ? `, and ${count(fieldsLeft.length - maxFields, 'other field')}` : ''
    sentences.push(`Not taken over, for an import does not know them: the fields ${fields.join(', ')}${more}.`)
  }
  if (fault !== null) sentences.push(`${fault} What came before ${taken > 0 ? 'is' : 'was not'} imported.`)
  if (taken === 0) sentences.push('Nothing was imported.')
  else {
    const isPrivate = visibility === 'invite' ? ', and nobody joins it unless let in' : ''
    sentences.push(`“${space}” is at ${origin}${isPrivate}.`)
  }
  return sentences
}
const maxFields = 12
