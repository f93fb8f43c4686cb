import { Background, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useMemo } from 'react'
import type { InspectedOperator, InspectedTurn } from '../../../../schema/messages/runtime/inspection.ts'
import { count, milliseconds } from '../figures.ts'
import { layOut, nodeSize, tabsId } from './lay-out.ts'
import { sentIn } from './use-query-trace.ts'
import css from './Graph.module.css'

type OperatorNode = Node<{ readonly title: string; readonly facts: string; readonly isLit: boolean }, 'operator'>

/** The operators as boxes, and the diffs that go from one to the next. The list beside it says the same in words. */
export default function OperatorDrawing(props: {
  operators: readonly InspectedOperator[]
  latest: readonly InspectedTurn[]
  tabs: number
}) {
  const { operators, latest, tabs } = props
  const form = operators.map(({ id, inputs }) => `${id}<${inputs.join()}`).join(';')
  // eslint-disable-next-line react/exhaustive-deps -- the form is all that is laid out
  const shape = useMemo(() => layOut(operators), [form])
  const sent = sentIn(latest)
  const byId = new Map(operators.map((each) => [each.id, each]))
  const nodes = shape.nodes.map(({ id, x, y }): OperatorNode => {
    const operator = byId.get(id)
    const data = operator
      ? {
          title: `${operator.kind} ${operator.label}`,
          facts: `${count(operator.stateRows)} kept · ${milliseconds(operator.milliseconds)} ms`,
          isLit: sent.has(id),
        }
      : { title: tabs === 1 ? '1 tab' : `${tabs} tabs`, facts: 'rows on screen', isLit: false }
    return { id, type: 'operator', position: { x, y }, ...nodeSize, data }
  })
  const edges = shape.edges.map(({ source, target }): Edge => {
    const flow = sent.get(source)
    const label = flow && [flow.added && `+${flow.added}`, flow.removed && `−${flow.removed}`].filter(Boolean).join(' ')
    return {
      id: `${source}→${target}`,
      source,
      target,
      animated: flow !== undefined,
      className: flow ? css.lit! : css.edge!,
      ...(label && { label }),
    }
  })
  return (
    <div className={css.drawing} aria-hidden data-testid="operator-drawing" data-lit={sent.size > 0 ? '' : undefined}>
      <ReactFlow
        key={form}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.1 }}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zoomOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={16} />
      </ReactFlow>
    </div>
  )
}

function OperatorBox({ id, data }: NodeProps<OperatorNode>) {
  return (
    <div className={css.box} data-lit={data.isLit ? '' : undefined} title={data.title}>
      <Handle type="target" position={Position.Top} className={css.handle!} />
      <span className={css.name}>{data.title}</span>
      <span className={css.state}>{data.facts}</span>
      {id !== tabsId && <Handle type="source" position={Position.Bottom} className={css.handle!} />}
    </div>
  )
}

const nodeTypes = { operator: OperatorBox }
