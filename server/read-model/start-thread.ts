import { Worker } from 'node:worker_threads'

const threads = {
  'read-model': './read-model.worker.ts',
  snapshot: '../snapshots/make-snapshot.worker.ts',
} as const

/** A thread of the server, and what it is given. It keeps no process alive. */
export function startThread(name: keyof typeof threads, given?: unknown): Worker {
  const file = new URL(threads[name], import.meta.url).href
  const worker = new Worker(new URL('./thread.mjs', import.meta.url), { workerData: { file, given } })
  worker.unref()
  return worker
}
