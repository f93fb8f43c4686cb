import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { cleanName, maxNameLength } from '../../schema/events/names.ts'
import { formatNames, type FormatName } from './formats/format.ts'
import { quoted } from './in-words.ts'

/** The command line → what to do, or what is wrong with it in a sentence. */
export interface Arguments {
  readonly type: 'Import'
  readonly paths: readonly string[]
  /** null: found out */
  readonly format: FormatName | null
  readonly space: string
  readonly origin: string
  readonly visibility: 'public' | 'invite'
}
export type Command = Arguments | { readonly type: 'Help' } | { readonly type: 'Misuse'; readonly message: string }

const misuse = (message: string): Command => ({ type: 'Misuse', message })

export function readArguments(parameters: readonly string[]): Command {
  const { tokens } = parseArgs({ args: [...parameters], strict: false, tokens: true, options })
  const files: string[] = []
  const values = new Map<string, string>()
  let inviteOnly = false
  for (const token of tokens) {
    if (token.kind === 'positional') files.push(token.value)
    if (token.kind !== 'option') continue
    switch (token.name) {
      case 'help':
        return { type: 'Help' }
      case 'invite-only':
        if (token.value !== undefined) return misuse('--invite-only takes no value.')
        inviteOnly = true
        break
      case 'space':
      case 'server':
      case 'format':
        if (token.value === undefined || (!token.inlineValue && token.value.startsWith('-')))
          return misuse(`--${token.name} needs a value behind it.`)
        if (values.has(token.name)) return misuse(`--${token.name} is there twice.`)
        values.set(token.name, token.value)
        break
      default:
        return misuse(`There is no option ${quoted(token.rawName)}.`)
    }
  }
  const [path] = files
  if (path === undefined || files.includes('')) return misuse('Say which file to import.')
  const format = formatNames.find((name) => name === values.get('format')) ?? null
  if (format === null && values.has('format')) {
    return misuse(`--format is one of ${formatNames.join(', ')}, and not ${quoted(values.get('format'))}.`)
  }

  const given = values.get('space') ?? basename(path).replace(/(\.(ndjson|jsonl|json|txt|log|gz|tgz|tar|zip))+$/i, '')
  const space = cleanName(given.toWellFormed())
  if (space === '') return misuse('The space needs a name that can be seen: --space NAME.')
  if (space.length > maxNameLength) {
    return misuse(
      `The space's name has ${space.length} characters, at most ${maxNameLength} are possible: --space NAME.`,
    )
  }
  const origin = originOf(values.get('server') ?? 'http://localhost:5173')
  if (origin === null) return misuse('--server needs an address like http://localhost:5173.')
  return { type: 'Import', paths: files, format, space, origin, visibility: inviteOnly ? 'invite' : 'public' }
}

const options = {
  space: { type: 'string' },
  server: { type: 'string' },
  format: { type: 'string' },
  'invite-only': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** `localhost:5173` will do. */
function originOf(server: string): string | null {
  const address = server.includes('://') ? server : `http://${server}`
  if (!URL.canParse(address)) return null
  const url = new URL(address)
  const isPlain = url.username === '' && url.password === '' && url.hostname !== ''
  return /^https?:$/.test(url.protocol) && isPlain ? url.origin : null
}
