import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'

/** One measured number. `goal` is what we want it to be, as words: `≥ 10,000`. */
export interface Figure {
  readonly section: string
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly goal?: string
  readonly met?: boolean
}
export interface BenchRun {
  readonly at: string
  readonly machine: string
  readonly notes: readonly string[]
  readonly figures: readonly Figure[]
}

/** Collects figures of a run; `goal` is compared right away. */
export class Figures {
  readonly #figures: Figure[] = []
  readonly #notes: string[] = []

  add(
    section: string,
    name: string,
    value: number,
    unit: string,
    goal?: { atLeast: number } | { atMost: number },
  ): void {
    if (!goal) {
      this.#figures.push({ section, name, value, unit })
      return
    }
    const [words, met] =
      'atLeast' in goal
        ? [`≥ ${shown(goal.atLeast)}`, value >= goal.atLeast]
        : [`≤ ${shown(goal.atMost)}`, value <= goal.atMost]
    this.#figures.push({ section, name, value, unit, goal: words, met })
  }

  note(text: string): void {
    this.#notes.push(text)
    console.log(text)
  }

  run(browser: string): BenchRun {
    const processor = cpus()[0]?.model ?? 'unknown processor'
    const machine = `${cpus().length} × ${processor}, ${browser}, Node ${process.versions.node}`
    return { at: new Date().toISOString(), machine, notes: this.#notes, figures: this.#figures }
  }
}

export function printTable({ machine, figures }: BenchRun): void {
  console.log(`\n${machine}`)
  let section = ''
  for (const figure of figures) {
    if (figure.section !== section) console.log(`\n${(section = figure.section)}`)
    const mark = figure.met === undefined ? ' ' : figure.met ? '✓' : '✗'
    const goal = figure.goal ? `   goal ${figure.goal}` : ''
    console.log(`  ${mark} ${figure.name.padEnd(64)} ${shown(figure.value).padStart(12)} ${figure.unit}${goal}`)
  }
}

export function writeJson(path: string, run: BenchRun): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`)
}

/** The p-th percentile (0–100) of samples, nearest rank. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] ?? Number.NaN
}

function shown(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}
