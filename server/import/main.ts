import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { importHistory } from './import-history.ts'
import { progressBar } from './progress-bar.ts'
import { ImportError } from './read-lines.ts'
import { connectToServer } from './server-connection.ts'

const usage = `Imports a chat history into a space.

  npm run import -- FILE [--space NAME] [--server URL] [--invite-only]

  FILE           one JSON object a line (.gz too):
                 {"id": 1, "stream": "maths", "topic": "hello", "sender": "Ada", "ts": 1522572485, "text": "…"}
                 a stream becomes a room, a topic a thread in it
  --space        the space's name (the file's, if not given)
  --server       where the sync server is (http://localhost:5173)
  --invite-only  nobody joins unless let in; otherwise anyone who is signed in may

Running it again adds only what the server does not have yet.`
const maxBadLinesShown = 20
const bar = progressBar(process.stderr)

async function main(): Promise<void> {
  const { values, positionals } = readArguments()
  const [path] = positionals
  if (values.help || path === undefined || positionals.length > 1) {
    console.log(usage)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const space = values.space ?? basename(path).replace(/\.(ndjson|jsonl|json)?(\.gz)?$/i, '')
  const origin = originOf(values.server ?? 'http://localhost:5173')
  const sessions = resolve(process.env['DATA_DIR'] ?? 'data', 'import-sessions.json')
  const server = await connectToServer(origin, sessions)

  const start = performance.now()
  const seconds = () => (performance.now() - start) / 1000
  let bad = 0
  const report = await importHistory(server, {
    path,
    space,
    visibility: values['invite-only'] ? 'invite' : 'public',
    onProgress(progress, lines) {
      bar.show(
        progress,
        `${lines.toLocaleString('en')} lines · ${Math.round(lines / seconds()).toLocaleString('en')}/s`,
      )
    },
    onBadLine(number, problem) {
      bad += 1
      if (bad <= maxBadLinesShown) bar.print(`line ${number} skipped: ${problem}`)
    },
  })
  if (bad > maxBadLinesShown) bar.print(`… and ${bad - maxBadLinesShown} more lines skipped`)
  const parts = [
    `${report.imported.toLocaleString('en')} messages imported`,
    report.known > 0 && `${report.known.toLocaleString('en')} were there already`,
    report.skipped > 0 && `${report.skipped.toLocaleString('en')} lines skipped`,
  ].filter(Boolean)
  bar.print(`${parts.join(', ')} in ${seconds().toFixed(1)} s. “${space}” is at ${origin}`)
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        space: { type: 'string' },
        server: { type: 'string' },
        'invite-only': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new ImportError(`${(error as Error).message}\n\n${usage}`)
  }
}

function originOf(server: string): string {
  if (!URL.canParse(server)) throw new ImportError(`--server ${server} is not an address like http://localhost:5173`)
  return new URL(server).origin
}

main().catch((error: unknown) => {
  bar.print(error instanceof ImportError ? error.message : String((error as Error)?.stack ?? error))
  process.exitCode = 1
})
