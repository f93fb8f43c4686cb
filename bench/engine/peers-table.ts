/** Prints what the engines reached: one table for each kind of figure, a line for each size, a column for each engine. */
export interface Timed {
  readonly medianMs: number
  readonly p99Ms: number
}
export interface PeerFigure {
  readonly engine: string
  readonly workload: string
  readonly rows: number
  readonly queries: number
  /** false: the engine has no such query */
  readonly offered: boolean
  /** the diff's way through the engine to the listener, where the engine lets it be seen alone */
  readonly push: Timed | null
  /** from the call that writes to the last listener that hears of it */
  readonly write: Timed | null
  /** of the first thousand writes, the warm-up's beginning */
  readonly earlyPush: Timed | null
  readonly earlyWrite: Timed | null
  readonly warmUp: number
  /** writes measured, after the warm-up */
  readonly iterations: number
  readonly hydrationMs: number
  /** all that the process holds when hydrated: tables, indexes and live queries */
  readonly memoryMB: number
  /** what is wrong with its final results */
  readonly wrong: string | null
  readonly failed: string | null
}

export function printPeers(figures: readonly PeerFigure[]): void {
  const timed = (kind: 'push' | 'write' | 'earlyPush' | 'earlyWrite') => (f: PeerFigure) => f[kind] && { value: f[kind].medianMs, beside: f[kind].p99Ms } // prettier-ignore
  print(figures, 'push: median ms / p99 (the diff’s entry → the listener)', timed('push'))
  print(figures, 'write → delivery: median ms / p99 (the call that writes → the last listener)', timed('write'))
  print(figures, 'push, early: of the first thousand writes, before the code is compiled', timed('earlyPush'))
  print(figures, 'write → delivery, early', timed('earlyWrite'))
  print(figures, 'hydration of all live queries, ms', (f) => ({ value: f.hydrationMs }))
  print(figures, 'memory when hydrated, MB (tables, indexes, live queries)', (f) => ({ value: f.memoryMB }))
  print(figures, 'writes of warm-up', (f) => ({ value: f.warmUp }), false)
  print(figures, 'writes measured', (f) => ({ value: f.iterations }), false)
  const notes = new Set(figures.flatMap(noteOf))
  if (notes.size > 0) console.log(`\n${[...notes].join('\n')}`)
}

type Cell = { readonly value: number; readonly beside?: number } | null

/** Engines without a single figure of this kind have no column. The last column: ours against the best of the others (× 2: twice as much). */
function print(
  figures: readonly PeerFigure[],
  title: string,
  cellOf: (figure: PeerFigure) => Cell,
  compared = true,
): void {
  const cell = (figure: PeerFigure | undefined) =>
    figure && figure.offered && !figure.failed && !figure.wrong ? cellOf(figure) : null
  const engines = [...new Set(figures.filter(cell).map(({ engine }) => engine))]
  if (engines.length === 0) return
  console.log(`\n${title}`)
  console.log(line(['', 'rows', 'live', ...engines, ...(compared ? ['ours ÷ best other'] : [])]))
  for (const group of groups(figures)) {
    const [{ workload, rows, queries }] = group
    const cells = engines.map((engine) => {
      const figure = group.find((f) => f.engine === engine)
      return { engine, figure, cell: cell(figure) }
    })
    const own = cells.find(({ engine }) => engine === 'this engine')?.cell
    const best = cells
      .filter(({ engine, cell }) => engine !== 'this engine' && cell)
      .sort((p, q) => p.cell!.value - q.cell!.value)[0]
    const ratio = own && best ? `×${shown(own.value / best.cell!.value)} (${best.engine})` : ''
    console.log(
      line([
        workload,
        String(rows),
        String(queries),
        ...cells.map(({ figure, cell }) => (cell ? text(cell) : absence(figure))),
        ...(compared ? [ratio] : []),
      ]),
    )
  }
}

function groups(figures: readonly PeerFigure[]): [PeerFigure, ...PeerFigure[]][] {
  const found = new Map<string, [PeerFigure, ...PeerFigure[]]>()
  for (const figure of figures) {
    const key = `${figure.workload}|${figure.rows}|${figure.queries}`
    const group = found.get(key)
    if (group) group.push(figure)
    else found.set(key, [figure])
  }
  return [...found.values()]
}

function noteOf({ engine, workload, rows, queries, offered, failed, wrong }: PeerFigure): string[] {
  const where = `${workload}, ${rows} rows, ${queries} live`
  if (!offered) return [`${engine}: ${workload} is not offered`]
  if (failed) return [`${engine}: ${where}: ${failed}`]
  if (wrong) return [`${engine}: ${where}: INVALID: ${wrong}`]
  return []
}

function absence(figure: PeerFigure | undefined): string {
  if (!figure) return ''
  if (!figure.offered) return 'not offered'
  return figure.failed ? 'none' : figure.wrong ? 'INVALID' : ''
}

function text({ value, beside }: NonNullable<Cell>): string {
  return beside === undefined ? shown(value) : `${shown(value)} / ${shown(beside)}`
}

function shown(value: number): string {
  if (value === 0) return '0'
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3)
}

function line(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(16) : cell.padStart(i < 3 ? 7 : 17))).join(' ')
}
