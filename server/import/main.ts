import { resolve } from 'node:path'
import { readArguments, type Arguments } from './arguments.ts'
import { exampleLine, importHistory } from './import-history.ts'
import { count } from './in-words.ts'
import { ImportError } from './import-error.ts'
import { openSource } from './open-source.ts'
import { progressBar } from './progress-bar.ts'
import { connectToServer } from './server-connection.ts'
import { summaryOf } from './summary.ts'

/**
 * Exit status: 0 the file's messages are in the space, but for the lines that are named · 1 none are, or the file or the
 * server failed on the way · 2 the command is not right · 130 stopped by hand
 */
const usage = `Imports a chat history into a space.

  npm run import -- PATH… [--space NAME] [--server URL] [--invite-only] [--format FORMAT]

  PATH           an export of Slack, Zulip, Discord (DiscordChatExporter) or Matrix (Element), as a zip, a tar.gz, a
                 folder or its files; or one JSON object a line:
                 ${exampleLine}
                 more of it in docs/import.md
  --space        the space's name (the file's, if not given)
  --server       where the sync server is (http://localhost:5173)
  --invite-only  nobody joins unless let in; otherwise anyone who is signed in may
  --format       ndjson, zulip, slack, discord or matrix; found out if not given
  --help         these lines

Running it again adds only what the server does not have yet.`
const maxRefusedShown = 20
const bar = progressBar(process.stderr)

async function main(): Promise<void> {
  const command = readArguments(process.argv.slice(2))
  switch (command.type) {
    case 'Help':
      console.log(usage)
      return
    case 'Misuse':
      bar.print(`${command.message}\n\n${usage}`)
      process.exitCode = 2
      return
    case 'Import':
      return importInto(command)
  }
}

async function importInto({ paths, format, space, origin, visibility }: Arguments): Promise<void> {
  const source = await openSource(paths, format)
  bar.print(`${paths.join(', ')}: read as ${source.title}.`)
  const sessions = resolve(process.env['DATA_DIR'] ?? 'data', 'import-sessions.json')
  const server = await connectToServer(origin, sessions, (sentence) => bar.print(sentence))
  const start = performance.now()
  let refused = 0
  const report = await importHistory(server, source, {
    space,
    visibility,
    onProgress(step, progress, lines) {
      bar.show(step, progress, count(lines, source.noun))
    },
    onRefused(_, sentence) {
      refused += 1
      if (refused <= maxRefusedShown) bar.print(sentence)
    },
  })
  if (refused > maxRefusedShown) {
    bar.print(`… and so are ${(refused - maxRefusedShown).toLocaleString('en')} more ${source.noun}s`)
  }
  for (const sentence of summaryOf(report, space, origin, (performance.now() - start) / 1000)) bar.print(sentence)
  if (report.imported + report.known === 0 || report.fault !== null) process.exitCode = 1
}

process.on('SIGINT', () => {
  bar.print('Stopped. Run the same command again: it goes on where it stopped.')
  process.exit(130)
})
main().catch((error: unknown) => {
  bar.print(error instanceof ImportError ? error.message : String((error as Error)?.stack ?? error))
  process.exitCode = 1
})
