import type { CompoundOperator } from '../bind/bound.ts'
import { Node, type Entries, type Graph, type Outlet } from '../graph/graph.ts'
import { encodeKey } from '../key.ts'
import type { Entry } from '../result/entry.ts'
import { fromSqlValue } from '../value.ts'

/**
 * DISTINCT, UNION, INTERSECT, EXCEPT and UNION ALL: how often a row comes from each input says how often it goes out.
 *
 * Law: out(r) = fold(counts(r)), from the left: DISTINCT and UNION min(1, a + b), UNION ALL a + b, INTERSECT a > 0 and b > 0,
 * EXCEPT a > 0 and b = 0.
 *
 *   {x, x, y} EXCEPT {y}: x (2, 0) → 1, y (1, 1) → 0.   +x in the second: x (2, 1) → 0, so −x goes out
 *
 * Keeps one representative and the counts of every row under its exact key, by the collations of the columns.
 */
export class CountRows extends Node<Entry, Entry> {
  readonly kind: 'distinct' | 'set'
  readonly label: string
  readonly #operators: readonly (CompoundOperator | null)[]
  readonly #distinct: readonly boolean[]
  readonly #collations: readonly string[]
  readonly #unites: boolean
  readonly #rows = new Map<string, Counted>()

  constructor(
    graph: Graph,
    inputs: readonly Outlet<Entry>[],
    /** one for each input; the first is null */
    operators: readonly (CompoundOperator | null)[],
    /** of each input: SELECT DISTINCT, left to be done here */
    distinct: readonly boolean[],
    collations: readonly string[],
  ) {
    super(graph, inputs)
    this.#operators = operators
    this.#distinct = distinct
    this.#collations = collations
    this.#unites = !distinct.includes(true) && operators.every((each) => each === null || each === 'UNION ALL')
    this.kind = inputs.length === 1 ? 'distinct' : 'set'
    this.label = inputs.length === 1 ? 'DISTINCT' : operators.filter((each) => each !== null).join(', ')
  }

  override get stateRows(): number {
    return this.#rows.size
  }

  /** First state, from the rows of every input; returns what goes out. */
  load(inputs: readonly (readonly Entry[])[]): Entry[] {
    this.#rows.clear()
    inputs.forEach((entries, port) => {
      for (const entry of entries) this.#counted(entry).counts[port]! += 1
    })
    const sent: Entry[] = []
    for (const [key, counted] of this.#rows) this.#settle(key, counted, (entry) => sent.push(entry))
    return sent
  }

  protected process(batches: readonly Entries<Entry>[]): Entries<Entry> {
    const touched = new Map<string, Counted>()
    batches.forEach((batch, port) => {
      for (const [entry, weight] of batch) {
        const key = this.#keyOf(entry)
        const counted = this.#counted(entry, key)
        counted.counts[port]! += weight
        touched.set(key, counted)
      }
    })
    const changes: Entries<Entry> = []
    for (const [key, counted] of touched) this.#settle(key, counted, (entry, weight) => changes.push([entry, weight]))
    return changes
  }

  #settle(key: string, counted: Counted, send: (entry: Entry, weight: number) => void): void {
    const wanted = this.#multiplicity(counted.counts)
    const { sent, entry } = counted
    while (sent.length > wanted) send(sent.pop()!, -1)
    while (sent.length < wanted) {
      const { partition, values, row } = entry
      const ordinal = sent.length
      const copy = { key: ordinal === 0 ? key : `${key}#${ordinal}`, partition, values, row, ordinal, place: 0 }
      sent.push(copy)
      send(copy, 1)
    }
    if (counted.counts.every((count) => count === 0)) this.#rows.delete(key)
  }

  #multiplicity(counts: readonly number[]): number {
    const countOf = (port: number) => (this.#distinct[port] ? Math.min(1, counts[port]!) : counts[port]!)
    let total = countOf(0)
    for (let port = 1; port < counts.length; port++) {
      const count = countOf(port)
      switch (this.#operators[port]) {
        case 'UNION ALL':
          total += count
          break
        case 'UNION':
          total = Math.min(1, total + count)
          break
        case 'INTERSECT':
          total = total > 0 && count > 0 ? 1 : 0
          break
        case 'EXCEPT':
          total = total > 0 && count === 0 ? 1 : 0
          break
      }
    }
    return total
  }

  #keyOf(entry: Entry): string {
    let key = encodeKey(entry.row.map(fromSqlValue), this.#collations)
    // UNION ALL alone hands on every row as it is: 0.0 and -0.0 are equal, yet not the same
    if (this.#unites) for (let i = 0; i < entry.row.length; i++) if (Object.is(entry.row[i], -0)) key += `-${i}`
    if (key.includes('\uFFFD')) throw new Error('text that may not be UTF-8 cannot be a key')
    return key
  }

  #counted(entry: Entry, key = this.#keyOf(entry)): Counted {
    let counted = this.#rows.get(key)
    if (!counted) {
      this.#rows.set(key, (counted = { entry, counts: this.#operators.map(() => 0), sent: [] }))
    }
    return counted
  }
}

interface Counted {
  readonly entry: Entry
  readonly counts: number[]
  readonly sent: Entry[]
}
