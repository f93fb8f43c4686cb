/**
 * The one wiring file that may name worker entry files: the bundler finds them by these very expressions.
 */
export function spawnCoordinator(): MessagePort {
  const worker = new SharedWorker(new URL('../coordinator/coordinator.worker.ts', import.meta.url), {
    type: 'module',
    name: 'rsql-coordinator-v1',
  })
  return worker.port
}

export function spawnDatabase(): Worker {
  return new Worker(new URL('../database/database.worker.ts', import.meta.url), {
    type: 'module',
    name: 'rsql-database',
  })
}

export function spawnSync(): Worker {
  return new Worker(new URL('../service/sync.worker.ts', import.meta.url), { type: 'module', name: 'rsql-sync' })
}

/** The database worker that can also run the coordinator, where there is no SharedWorker. */
export function spawnHost(): Worker {
  return new Worker(new URL('../host/host.worker.ts', import.meta.url), { type: 'module', name: 'rsql-host' })
}
