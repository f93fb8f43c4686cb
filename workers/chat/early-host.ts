import type { StartedWorker } from '../runtime/client/started-worker.ts'

declare global {
  interface Window {
    /**
     * Started by the page's first lines (scripts/start-host-early.ts), before any script of ours is loaded: it needs as
     * long to load its own as the page does.
     */
    earlyHost?: StartedWorker
  }
}

/** Once: a page that comes back starts another worker. */
export function takeEarlyHost(): StartedWorker | null {
  const host = window.earlyHost ?? null
  delete window.earlyHost
  return host
}

/** Among the page's first lines, as a classic script. Where somebody is to be welcomed, that comes first. */
export function earlyHostScript(workerUrl: string, name: string): string {
  return `if (document.documentElement.dataset.start === 'app') {
      const worker = new Worker(${JSON.stringify(workerUrl)}, { type: 'module', name: ${JSON.stringify(name)} })
      const host = (window.earlyHost = { worker, said: [], failed: false })
      worker.onmessage = ({ data }) => host.said.push(data)
      worker.onerror = () => (host.failed = true)
    }`
}
