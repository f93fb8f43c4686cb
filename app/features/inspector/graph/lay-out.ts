import { Graph, layout } from '@dagrejs/dagre'
import type { InspectedOperator } from '../../../../schema/messages/runtime/inspection.ts'

/** Where the rows of the result go: drawn as the last box. */
export const tabsId = 'tabs'
export const nodeSize = { width: 190, height: 64 }

export interface GraphShape {
  readonly nodes: readonly { readonly id: string; readonly x: number; readonly y: number }[]
  readonly edges: readonly { readonly source: string; readonly target: string }[]
}

/** Operators stand below those that feed them; what nobody takes goes to the tabs. */
export function layOut(operators: readonly Pick<InspectedOperator, 'id' | 'inputs'>[]): GraphShape {
  const known = new Set(operators.map(({ id }) => id))
  const edges = operators.flatMap(({ id, inputs }) =>
    inputs.filter((input) => known.has(input)).map((input) => ({ source: input, target: id })),
  )
  const taken = new Set(edges.map(({ source }) => source))
  const last = operators.filter(({ id }) => !taken.has(id)).at(-1)
  if (last) edges.push({ source: last.id, target: tabsId })
  const graph = new Graph()
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 44 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const id of [...known, tabsId]) graph.setNode(id, { ...nodeSize })
  for (const { source, target } of edges) graph.setEdge(source, target)
  layout(graph)
  const nodes = [...known, tabsId].map((id) => {
    const { x = 0, y = 0 } = graph.node(id) as { x?: number; y?: number }
    return { id, x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }
  })
  return { nodes, edges }
}
