import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseAst } from 'vite'

/**
 * `npm run sizes [-- COMMIT]`: how long files and functions are, tests apart; of the working tree, or of a commit. A file
 * that grows past its neighbours usually holds a second idea.
 */
interface Sized {
  readonly name: string
  readonly lines: number
}

const commit = process.argv[2] ?? null
const longest = 10

process.stdout.on('error', () => process.exit()) // `| head` has read enough
const files = listFiles().map((path) => ({ path, text: read(path) }))
const isTest = (path: string) =>
  /\.(test|spec)\.tsx?$|\.conformance\.ts$|^e2e\/|\/(simulation|fuzz|oracle|model)\//.test(path)
for (const [title, chosen] of [
  ['sources', files.filter(({ path }) => !isTest(path))],
  ['tests', files.filter(({ path }) => isTest(path))],
] as const) {
  const sizes = chosen.map(({ path, text }) => ({ name: path, lines: linesOf(text) }))
  const functions = chosen.flatMap(({ path, text }) => functionsOf(path, text))
  console.log(`\n${title} of ${commit ?? 'the working tree'}`)
  print('files', sizes)
  print('functions', functions)
}

function print(what: string, sizes: readonly Sized[]): void {
  const sorted = sizes.toSorted((a, b) => b.lines - a.lines)
  const at = (share: number) => sorted[Math.floor((1 - share) * (sorted.length - 1))]?.lines ?? 0
  console.log(`  ${sorted.length} ${what}: median ${at(0.5)} lines, 90th percentile ${at(0.9)}, longest ${at(1)}`)
  for (const { name, lines } of sorted.slice(0, longest)) console.log(`    ${String(lines).padStart(4)}  ${name}`)
}

function listFiles(): string[] {
  const list = commit === null ? git('ls-files') : git('ls-tree', '-r', '--name-only', commit)
  return list.split('\n').filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
}

function read(path: string): string {
  return commit === null ? readFileSync(path, 'utf8') : git('show', `${commit}:${path}`)
}

function git(...parameters: string[]): string {
  return execFileSync('git', parameters, { encoding: 'utf8', maxBuffer: 1 << 26 })
}

function linesOf(text: string): number {
  return text.split('\n').length - 1
}

/** Functions that have a name, or hang on one; those inside them count for both. */
function functionsOf(path: string, text: string): Sized[] {
  const found: Sized[] = []
  visit(parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' }), null)
  return found

  function visit(node: unknown, name: string | null): void {
    if (Array.isArray(node)) return node.forEach((each) => visit(each, null))
    if (!isNode(node)) return
    const own = nameOf(node) ?? name
    if (/Function/.test(node.type) && own !== null && 'body' in node) {
      found.push({ name: `${path}  ${own}`, lines: linesOf(text.slice(node.start, node.end)) + 1 })
    }
    for (const [key, value] of Object.entries(node)) visit(value, key === 'init' || key === 'value' ? own : null)
  }
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}
function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}
function nameOf(node: object): string | null {
  const { id, key } = node as { id?: { name?: string } | null; key?: { name?: string } }
  return id?.name ?? key?.name ?? null
}
