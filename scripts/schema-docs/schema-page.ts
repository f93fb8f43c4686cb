import { newestVersion } from '../../schema/events/define.ts'
import { definitionOf, eventTypes } from '../../schema/events/event-types.ts'
import { migrations } from '../../schema/tables/migrations.ts'
import { tables as kindsOfTables } from '../../schema/tables/tables.ts'
import { openMemoryStore } from '../../workers/event-store/testing.ts'
import { payloadInWords } from './payload-in-words.ts'
import { readTables, type ColumnInfo, type TableInfo } from './read-tables.ts'
import { referencesOf } from './references.ts'
import { watchEvents, type Effects } from './watch-events.ts'

/** docs/schema.md, from a database that was just made, the definitions of the events, and what events do. */
export async function schemaPage(): Promise<string> {
  const store = await openMemoryStore()
  const tables = readTables(store.db, migrations)
  store.close()
  const effects = await watchEvents()
  const always = [...kindsSeen(tables)].filter((table) => [...effects.values()].every((own) => own.tables.has(table)))
  return [
    head(always),
    '## How the tables hang together\n',
    drawing(tables),
    ...tablesByKind(tables, effects, new Set(always)),
    events(effects, new Set(always)),
  ].join('\n')
}

const kindsSeen = (tables: readonly TableInfo[]): readonly string[] => tables.map(({ name }) => name)

function head(always: readonly string[]): string {
  return `# Schema

Written by \`npm run schema-docs\` from the code; a test sees that it is fresh. [data.md](data.md) says how the parts belong together.

What events write to was seen by applying random ones of each type. Each event is written to ${list(always)}; that is not said again
below. An \`order_key\` or \`*_clock\` is a packed hybrid logical clock (\`schema/events/clock.ts\`); \`*_at\` is unix ms.
`
}

/** Lines are references: by the column's name, since the tables declare no foreign keys. */
function drawing(tables: readonly TableInfo[]): string {
  const references = referencesOf(tables)
  const pairs = new Map<string, string[]>()
  for (const { from, column, to } of references) {
    const pair = `${from} }o--|| ${to}`
    pairs.set(pair, [...(pairs.get(pair) ?? []), column])
  }
  const lines = [...pairs].map(([pair, columns]) => `  ${pair} : "${columns.join(', ')}"`)
  const drawn = new Set(references.flatMap(({ from, to }) => [from, to]))
  const alone = tables.filter(({ name }) => !drawn.has(name)).map(({ name }) => `  ${name}`)
  return `\`\`\`mermaid\nerDiagram\n${[...lines, ...alone].join('\n')}\n\`\`\`\n`
}

const kindsInWords = {
  log: 'The log',
  names: 'Names, whose numbers other tables use',
  projection: 'Projections, which a replay makes anew',
  own: "A person's own, from their stream",
  index: 'The full-text index',
  device: "This device's own",
} as const

function kindOf(name: string): keyof typeof kindsInWords | undefined {
  return (kindsOfTables as Readonly<Record<string, keyof typeof kindsInWords>>)[name]
}

function tablesByKind(
  tables: readonly TableInfo[],
  effects: ReadonlyMap<string, Effects>,
  always: ReadonlySet<string>,
): readonly string[] {
  const kinds = Object.keys(kindsInWords) as (keyof typeof kindsInWords)[]
  const parts = kinds.flatMap((kind) => {
    const own = tables.filter(({ name }) => kindOf(name) === kind)
    return [`## ${kindsInWords[kind]}\n`, ...own.map((table) => tablePart(table, effects, always))]
  })
  const others = tables.filter(({ name }) => kindOf(name) === undefined)
  return others.length === 0
    ? parts
    : [...parts, '## Others\n', ...others.map((table) => tablePart(table, effects, always))]
}

function tablePart(table: TableInfo, effects: ReadonlyMap<string, Effects>, always: ReadonlySet<string>): string {
  const { name, comment, columns, indexes, made } = table
  const lines = [`### ${name}\n`]
  if (comment) lines.push(`${comment}\n`)
  if (made) lines.push(`\`\`\`sql\n${made}\n\`\`\`\n`)
  else {
    lines.push('| column | type | |\n|---|---|---|')
    lines.push(...columns.map((column) => `| ${column.name} | ${typeOf(column)} | ${cell(column.comment)} |`), '')
    const key = columns.filter((column) => column.key > 0).sort((a, b) => a.key - b.key)
    const keys = key.length > 0 ? [`primary key (${key.map((column) => column.name).join(', ')})`] : []
    const rest = indexes.map(({ isUnique, columns, name }) => {
      const own = name.startsWith('sqlite_autoindex') ? '' : `\`${name}\` `
      return `${isUnique ? 'unique' : 'index'} ${own}(${columns})`
    })
    if (keys.length + rest.length > 0) lines.push(`Keys: ${[...keys, ...rest].join('; ')}.\n`)
  }
  if (!always.has(name) && kindOf(name) !== 'device') {
    const by = [...effects].filter(([, own]) => own.tables.has(name)).map(([type]) => type)
    lines.push(
      by.length === 0
        ? 'No event writes to it.\n'
        : `Written by ${list(eventTypes.filter((type) => by.includes(type)))}.\n`,
    )
  }
  return lines.join('\n')
}

function typeOf({ type, isNullable, fallback }: ColumnInfo): string {
  return [type, isNullable ? 'or null' : '', fallback === null ? '' : `= ${fallback}`].filter(Boolean).join(' ')
}

function events(effects: ReadonlyMap<string, Effects>, always: ReadonlySet<string>): string {
  const parts = eventTypes.map((type) => {
    const { part, names, by, streams, payload, older = [], ownRows } = definitionOf(type)
    const versions = [...older.map((each) => each.payload), payload]
    const own = effects.get(type)
    const tables = [...(own?.tables ?? [])].filter((table) => !always.has(table)).sort()
    return [
      `### ${type}\n`,
      ...versions.map((each, at) => `${versions.length > 1 ? `version ${at + 1}: ` : ''}\`${payloadInWords(each)}\`\n`),
      `| | |\n|---|---|`,
      `| names | ${names.length === 0 ? 'nothing' : names.map(inWordsOfName).join(', ')} |`,
      `| by | ${by} |`,
      `| in | ${streams.join(', ')} |`,
      `| part | ${part}${ownRows ? ', with rows of its own' : ''} |`,
      `| states | ${own && own.facts.size > 0 ? list([...own.facts].sort()) : 'no facts'} |`,
      `| writes to | ${tables.length > 0 ? list(tables) : 'nothing else'} |`,
      newestVersion(definitionOf(type)) > 1 ? '\nEarlier versions are read as the newest.\n' : '',
    ].join('\n')
  })
  return `## Events

An event is \`{ id, type, version, stream, actor, clock, at, entity, room, deps, payload }\`. Every payload may have an \`author\`, which
an import alone may name. What \`title\`, \`text\`, \`id\` and the like must be is in \`schema/events/payload-fields.ts\`; who may append what is in
[rights.md](rights.md).

${parts.join('\n')}`
}

const inWordsOfName = (name: string): string => (name === 'itself' ? 'itself (its entity is the event)' : `its ${name}`)
const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')
/** `|` ends a cell */
const cell = (text: string): string => text.replaceAll('|', '\\|')
