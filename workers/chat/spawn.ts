/**
 * The one wiring file that may name worker entry files: the bundler finds them by these very expressions.
 */
export function spawnCoordinator(name: string): SharedWorker {
  return new SharedWorker(new URL('./coordinator.worker.ts', import.meta.url), { type: 'module', name })
}

/** The tab's Dedicated Worker: the database, and the coordinator where there is no SharedWorker. */
export function spawnHost(name: string): Worker {
  return new Worker(new URL('./host.worker.ts', import.meta.url), { type: 'module', name })
}

/** Is loaded, and ends. */
export function spawnNothing(): Worker {
  return new Worker(new URL('./nothing.worker.ts', import.meta.url), { type: 'module', name: 'rsql-nothing' })
}

export function spawnSync(): Worker {
  return new Worker(new URL('../service/sync.worker.ts', import.meta.url), { type: 'module', name: 'rsql-sync' })
}
