import { parseAst } from 'vite'

/**
 * Every text in a source file that begins as an SQL statement does. What stands between `${` and `}` is put in where it is a
 * constant of the file, and is 1 elsewhere: so a statement can be prepared, if it is whole.
 */
export interface FoundSql {
  readonly line: number
  readonly sql: string
  /** something in it is not known here */
  readonly isPartial: boolean
}

export function findSql(source: string, isTsx: boolean): readonly FoundSql[] {
  const tree = parseAst(source, { lang: isTsx ? 'tsx' : 'ts' }) as unknown as Node
  const constants = new Map<string, Node>()
  visit(tree, (node) => {
    const { id, init } = node as { id?: Node & { name?: string }; init?: Node }
    if (node.type === 'VariableDeclarator' && id?.name !== undefined && init) constants.set(id.name, init)
  })
  const found: FoundSql[] = []
  visit(tree, (node) => {
    const text = textOf(node, constants, 0)
    if (text === null || !statement.test(text.sql)) return
    found.push({ line: source.slice(0, node.start).split('\n').length, ...text })
  })
  return found
}

const statement = /^\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\s+\S+\s+\S/

interface Node {
  readonly type: string
  readonly start: number
}
type Text = Pick<FoundSql, 'sql' | 'isPartial'>

/** null: it is no text */
function textOf(node: Node, constants: ReadonlyMap<string, Node>, depth: number): Text | null {
  if (node.type === 'Literal') {
    const { value } = node as Node & { value?: unknown }
    return typeof value === 'string' ? { sql: value, isPartial: false } : null
  }
  if (node.type !== 'TemplateLiteral' || depth > 4) return null
  const { quasis, expressions } = node as unknown as {
    quasis: readonly { value: { cooked: string } }[]
    expressions: readonly (Node & { name?: string })[]
  }
  let isPartial = false
  const parts = expressions.map((expression) => {
    const constant = expression.type === 'Identifier' ? constants.get(expression.name!) : undefined
    const text = constant ? textOf(constant, constants, depth + 1) : null
    if (text === null || text.isPartial) isPartial = true
    return text?.sql ?? '1'
  })
  return { sql: quasis.map(({ value }, at) => value.cooked + (parts[at] ?? '')).join(''), isPartial }
}

function visit(value: unknown, tell: (node: Node) => void): void {
  if (Array.isArray(value)) return value.forEach((each) => visit(each, tell))
  if (typeof value !== 'object' || value === null) return
  if (typeof (value as Node).type === 'string') tell(value as Node)
  for (const child of Object.values(value)) visit(child, tell)
}
