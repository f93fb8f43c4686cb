import { D2, consolidate, map, MultiSet, output, v } from '@electric-sql/d2ts'
import { describe, expect, it } from 'vitest'
import { encodeKey } from '../key.ts'
import { Graph, Node, Outlet, type Entries } from './graph.ts'

class Source extends Outlet<number> {
  readonly kind = 'scan'
  readonly label = ''
  push(entries: Entries<number>): void {
    this.emit(entries)
  }
}
class Double extends Node<number, number> {
  readonly kind = 'recompute'
  readonly label = ''
  protected process([entries]: readonly Entries<number>[]): Entries<number> {
    return entries!.map(([value, weight]) => [value * 2, weight])
  }
}

/** Messages that wait in readers nobody drains, after so many steps: the readers that a graph registers. */
function stray(graph: D2, steps: () => void): number {
  const readers: { drain(): unknown[] }[] = []
  const addStream = graph.addStream.bind(graph)
  graph.addStream = (reader) => {
    readers.push(reader)
    addStream(reader)
  }
  steps()
  return readers.reduce((sum, reader) => sum + reader.drain().length, 0)
}

describe('d2ts as published', () => {
  it('keeps every message for readers that nobody drains', () => {
    const graph = new D2({ initialFrontier: 0 })
    const waiting = stray(graph, () => {
      const input = graph.newInput<number>()
      input.pipe(map((x) => x * 2), output(() => {})) // prettier-ignore
      graph.finalize()
      for (let i = 0; i < 1000; i++) {
        input.sendData(v(i), new MultiSet([[i, 1]]))
        graph.run()
      }
    })
    expect(waiting).toBeGreaterThanOrEqual(1000)
  })

  it('takes different rows for one: it hashes them to 32 bits', () => {
    const graph = new D2({ initialFrontier: 0 })
    const input = graph.newInput<[number, string]>()
    let rows = 0
    input.pipe(
      consolidate(),
      output((message) => {
        if (message.type === 1) rows += message.data.collection.getInner().length
      }),
    )
    graph.finalize()
    const count = 400_000
    input.sendData(
      v(0),
      new MultiSet(Array.from({ length: count }, (_, i) => [[i, `row ${i}`], 1] as [[number, string], number])),
    )
    input.sendFrontier(v(1))
    graph.run()
    expect(rows).toBeLessThan(count)
    const exact = new Set(Array.from({ length: count }, (_, i) => encodeKey([i, `row ${i}`])))
    expect(exact.size).toBe(count)
  })
})

describe('our graph', () => {
  it('keeps nothing once a run is over, stock operators included', () => {
    const graph = new Graph()
    const seen: number[] = []
    const readers: { isEmpty(): boolean }[] = []
    const addStream = graph.addStream.bind(graph)
    graph.addStream = (reader) => {
      readers.push(reader)
      addStream(reader)
    }
    const source = new Source(graph, [])
    const double = new Double(graph, [source])
    const last = new (class extends Node<number, never> {
      readonly kind = 'result'
      readonly label = ''
      protected process([entries]: readonly Entries<number>[]): Entries<never> {
        for (const [value] of entries!) seen.push(value)
        return []
      }
    })(graph, [double])
    graph.edge<number>().pipe(map((x) => x)) // a stock operator brings a stray reader
    graph.finalize()
    for (let i = 0; i < 1000; i++) {
      source.push([[i, 1]])
      graph.run()
    }
    expect(seen.length).toBe(1000)
    expect(last.rowsIn).toBe(1000)
    expect(readers.length).toBe(1)
    expect(readers.every((reader) => reader.isEmpty())).toBe(true)
    expect(graph.pendingWork()).toBe(false)
  })

  it('traces every edge', () => {
    const graph = new Graph()
    const source = new Source(graph, [])
    const double = new Double(graph, [source])
    graph.finalize()
    const seen: unknown[] = []
    graph.trace = (event) => seen.push([event.kind, event.entries])
    source.push([[2, 1], [3, -1]]) // prettier-ignore
    graph.run()
    expect(seen).toEqual([['scan', [[2, 1], [3, -1]]], ['recompute', [[4, 1], [6, -1]]]]) // prettier-ignore
    expect(double.rowsOut).toBe(2)
  })
})
