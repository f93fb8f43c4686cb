import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { natsVersion } from '../log/testing-nats.ts'
import { proveCluster } from './prove-cluster.ts'
import { startCluster } from './start-cluster.ts'

/** `npm run cluster [-- --prove [WORDS]]`: a cluster to look at until Ctrl-C, or one that is hurt while it is used (in all ways, or those named so). */
const version = natsVersion()
if (version === null) {
  console.log('skipped: nats-server is not installed (Debian: apt-get install nats-server)')
} else if (process.argv.includes('--prove')) {
  process.exitCode = (await proveCluster(process.argv.slice(3))) ? 0 : 1
} else {
  const dist = join(import.meta.dirname, '../../dist')
  if (!existsSync(dist)) console.log('The app is not built (npm run build): only the API is served.')
  const cluster = await startCluster({ DIST_DIR: dist })
  console.log(`${version}: ${cluster.nats.map(({ name, url }) => `${name} at ${url}`).join(', ')}`)
  for (const { origin } of cluster.servers) console.log(`a sync server at ${origin.replace('127.0.0.1', 'localhost')}`)
  console.log('What is in one is in the other, people too. Ctrl-C ends all.')
  process.once('SIGINT', () => void cluster.dispose().then(() => process.exit(0)))
}
