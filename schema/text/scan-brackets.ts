import { attempt, type Budget } from './budget.ts'

/**
 * What must be known of the whole text before it is read from left to right: where code spans end, and which bracket
 * closes which. One pass, so that a thousand opening brackets do not each look for their end.
 */
export interface Brackets {
  /** start of a run of backticks → end of its code span */
  readonly code: ReadonlyMap<number, number>
  /** start of a run of backticks that a backslash keeps from being code → end of that run */
  readonly escaped: ReadonlyMap<number, number>
  /** index of `[` or `(` → index of its partner */
  readonly partner: ReadonlyMap<number, number>
}

export function scanBrackets(text: string, budget: Budget): Brackets {
  const { code, escaped } = scanCode(text, budget)
  const partner = new Map<number, number>()
  if (!text.includes('](')) return { code, escaped, partner }
  const square: number[] = []
  const round: number[] = []
  const bracket = /[`[\]()\n]/g
  for (let found = bracket.exec(text); found && attempt(budget); found = bracket.exec(text)) {
    const at = found.index
    const char = found[0]
    if (char === '`') {
      const end = code.get(at)
      if (end !== undefined) bracket.lastIndex = end
    } else if (char === '\n') round.length = 0
    else if (char === '[') square.push(at)
    else if (char === '(') round.push(at)
    else {
      const opened = (char === ']' ? square : round).pop()
      if (opened !== undefined) partner.set(opened, at)
    }
  }
  return { code, escaped, partner }
}

function scanCode(text: string, budget: Budget) {
  const code = new Map<number, number>()
  const escaped = new Map<number, number>()
  if (!text.includes('`')) return { code, escaped }
  const runs: RegExpExecArray[] = []
  const ticks = /`+/g
  for (let run = ticks.exec(text); run && attempt(budget); run = ticks.exec(text)) runs.push(run)
  // the next run of the same length, found from the end on
  const nextOf: number[] = []
  const latest = new Map<number, number>()
  for (let at = runs.length - 1; at >= 0; at--) {
    const length = runs[at]![0].length
    nextOf[at] = latest.get(length) ?? -1
    latest.set(length, at)
  }
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at]!
    const closing = nextOf[at]!
    if (closing < 0) continue
    if (text[run.index - 1] === '\\') {
      // both are kept from being code, wherever the second has its own backslash too
      escaped.set(run.index, run.index + run[0].length)
      const end = runs[closing]!
      if (text[end.index - 1] === '\\') {
        escaped.set(end.index, end.index + end[0].length)
        at = closing
      }
      continue
    }
    code.set(run.index, runs[closing]!.index + run[0].length)
    at = closing
  }
  return { code, escaped }
}
