import { Worker } from 'node:worker_threads'

/** A thread of the server: a TypeScript file, and what it is given. It keeps no process alive. */
export function startThread(file: URL, given?: unknown): Worker {
  const worker = new Worker(new URL('./thread.mjs', import.meta.url), { workerData: { file: file.href, given } })
  worker.unref()
  return worker
}
