import { pino } from 'pino'
import { CannotStart } from '../cannot-start.ts'
import { Health } from '../health.ts'
import { exportSpaceFile, importSpaceFile, type Moved } from './space-files.ts'

/** `npm run snapshot -- export SPACE FILE` and `npm run snapshot -- import FILE`, in DATA_DIR of a server that is stopped. */
const data = process.env['DATA_DIR'] ?? 'data'
const health = new Health(pino({ level: 'error' }))
const [what, ...given] = process.argv.slice(2)

try {
  if (what === 'export' && given.length === 2) {
    tell('Exported', await exportSpaceFile(data, given[0]!, given[1]!, health))
  } else if (what === 'import' && given.length === 1) {
    tell('Imported', await importSpaceFile(data, given[0]!, health))
  } else {
    throw new CannotStart(
      'npm run snapshot -- export SPACE FILE | import FILE\nSPACE: its id or its name. DATA_DIR: where the server’s data is (./data).',
    )
  }
} catch (error) {
  console.error(error instanceof CannotStart ? error.message : error)
  process.exit(1)
}

function tell(done: string, { name, streams, events, leftOut }: Moved): void {
  console.log(`${done} ${name}: ${events} events in ${streams} ${streams === 1 ? 'stream' : 'streams'}.`)
  if (leftOut > 0) console.log(`${leftOut} could not be read, and are left out.`)
}
