import { parentPort, workerData } from 'node:worker_threads'
import type { SnapshotOrder } from '../read-model/messages.ts'
import { makeSnapshotFile } from './make-snapshot-file.ts'

/** A thread for one snapshot. */
parentPort!.postMessage(await makeSnapshotFile((workerData as { given: SnapshotOrder }).given))
