/**
 * `?chaos=NAME&chaos=NAME`: faults that no browser does on demand, put under the runtime before it starts. They stand
 * in for the browser, outside of the product: its bundles have none of this.
 */
export const faults = {
  /** an old browser, or one whose policy forbids it */
  'no-shared-worker': () => Reflect.deleteProperty(globalThis, 'SharedWorker'),
  'shared-worker-throws': () =>
    replaceSharedWorker(() => {
      throw new DOMException('refused', 'SecurityError')
    }),
  'shared-worker-does-not-load': () => replaceSharedWorker(() => '/is-not-there.js'),
  'shared-worker-never-answers': () => replaceSharedWorker(() => scriptOf('addEventListener("connect", () => {})')),
  /** of the tab's Dedicated Workers the first three do not load */
  'worker-does-not-load': () => {
    workerScript = (script) => (workers.length < 3 ? '/is-not-there.js' : script)
  },
  'no-opfs': () => workersBeginWith('delete FileSystemFileHandle.prototype.createSyncAccessHandle'),
  /** once armed, the worker commits a write and dies with its answer unsent */
  'dies-before-reply': () => workersBeginWith(`(${dieBeforeReply.toString()})()`),
} as const
export type FaultName = keyof typeof faults

export function applyChaos(search: string): void {
  for (const name of new URLSearchParams(search).getAll('chaos')) faults[name as FaultName]()
}

/** Every Dedicated Worker that this page made, the newest last. */
export const workers: Worker[] = []
let workerScript = (script: string): string => script

/** So that a test can end one, and a fault can put another script in its place. */
export function keepWorkers(): void {
  const Real = globalThis.Worker
  globalThis.Worker = class extends Real {
    constructor(script: string | URL, options?: WorkerOptions) {
      super(workerScript(String(script)), options)
      // a page without a Service Worker starts a sync client too, when it has waited for four seconds
      if (options?.name?.endsWith('-host')) workers.push(this)
    }
  }
}

function replaceSharedWorker(scriptFor: (script: string) => string): void {
  const Real = globalThis.SharedWorker
  globalThis.SharedWorker = class extends Real {
    constructor(script: string | URL, options?: string | WorkerOptions) {
      super(scriptFor(String(script)), options)
    }
  }
}

function workersBeginWith(code: string): void {
  // A blob has no folder: without this its worker could not fetch `/assets/…`.
  const base = `const plain = fetch; self.fetch = (from, how) => plain(new URL(from, ${JSON.stringify(location.href)}), how);`
  // imports are evaluated in their order
  workerScript = (script) =>
    scriptOf(`import ${JSON.stringify(scriptOf(base + code))}; import ${JSON.stringify(script)}`)
}

const scriptOf = (code: string): string => URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))

/** Runs in the worker. */
function dieBeforeReply(): void {
  const channel = new BroadcastChannel('chaos')
  let armed = false
  let dead = false
  channel.addEventListener('message', ({ data }) => {
    if (data !== 'arm') return
    armed = true
    channel.postMessage('armed')
  })
  const post = MessagePort.prototype.postMessage
  MessagePort.prototype.postMessage = function (this: MessagePort, message: { type?: string }, ...rest: unknown[]) {
    if (armed && (message?.type === 'QUERY_RESULT' || message?.type === 'CALL_RESULT')) {
      // after this task it is gone; until then nothing leaves it
      dead = true
      self.close()
    }
    if (!dead) Reflect.apply(post, this, [message, ...rest])
  } as typeof post
}
