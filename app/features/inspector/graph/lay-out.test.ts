import { expect, test } from 'vitest'
import { layOut, nodeSize, tabsId } from './lay-out.ts'

test('an operator stands below those that feed it, none on another, and the last one feeds the tabs', () => {
  const operators = [
    { id: 'scan', inputs: [] },
    { id: 'scan 2', inputs: [] },
    { id: 'touch', inputs: ['scan', 'scan 2'] },
    { id: 'result', inputs: ['touch', 'one that is not told'] },
  ]
  const { nodes, edges } = layOut(operators)
  expect(edges).toContainEqual({ source: 'result', target: tabsId })
  expect(edges).toHaveLength(4)
  const at = new Map(nodes.map((node) => [node.id, node]))
  for (const { source, target } of edges)
    expect(at.get(target)!.y).toBeGreaterThanOrEqual(at.get(source)!.y + nodeSize.height)
  for (const a of nodes)
    for (const b of nodes)
      if (a.id < b.id)
        expect(Math.abs(a.x - b.x) >= nodeSize.width || Math.abs(a.y - b.y) >= nodeSize.height).toBe(true)
})

test('a query without operators is a box for its tabs', () => {
  expect(layOut([])).toMatchObject({ nodes: [{ id: tabsId }], edges: [] })
})
