import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/** One time in milliseconds: a dot in the row of what was measured, in the colour of how. */
export interface Timing {
  readonly what: string
  readonly how: string
  readonly ms: number
}

/** An SVG of times beside one another, on a logarithmic axis: a step to the right is ten times as long. */
export function plotTimings(caption: string, timings: readonly Timing[]): string {
  const { document } = parseHTML('<!doctype html><body></body>')
  const rows = [...new Set(timings.map(({ what }) => what))]
  const ways = [...new Set(timings.map(({ how }) => how))]
  const marginLeft = 300
  const title = { frameAnchor: 'top-left', textAnchor: 'start', dx: 12 - marginLeft } as const
  const svg = Plot.plot({
    document,
    width: 760,
    height: 90 + 24 * rows.length,
    marginLeft,
    marginTop: 70,
    marginRight: 30,
    style: { background: 'white', color: '#222', fontFamily: 'system-ui, sans-serif', fontSize: '12px' },
    x: {
      type: 'log',
      grid: true,
      axis: 'top',
      label: 'ms, logarithmic →',
      ticks: 5,
      tickFormat: (ms: number) => `${ms}`,
    },
    y: { domain: rows, label: null, tickSize: 0 },
    color: { domain: ways, range: colours },
    marks: [
      Plot.text([caption], { ...title, dy: -58, fontWeight: 'bold' }),
      ways.map((way, at) => Plot.text([`● ${way}`], { ...title, dy: -38, dx: 12 - marginLeft + 220 * at, fill: colours[at] })), // prettier-ignore
      Plot.ruleY(timings, Plot.groupY({ x1: 'min', x2: 'max' }, { x1: 'ms', x2: 'ms', y: 'what', stroke: '#bbb' })),
      Plot.dot(timings, { x: 'ms', y: 'what', fill: 'how', r: 5 }),
    ],
  })
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  return svg.outerHTML
}

const colours = ['#0b7285', '#d9480f', '#6741d9', '#5c940d']

export function writePlot(path: string, svg: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${svg}\n`)
}
