import type { Plugin } from 'vite'
import { earlyHostScript } from '../workers/client/early-host.ts'

/** Writes into the built page what starts its Dedicated Worker at once. In development the page's own script does. */
export function startHostEarly(entry: string): Plugin {
  return {
    name: 'start-host-early',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) => {
        if (!bundle) return []
        const file = Object.keys(bundle).find((name) => name.startsWith(`assets/${entry}-`) && name.endsWith('.js'))
        if (!file) throw new Error(`${entry} is not in the bundle`)
        return [{ tag: 'script', children: earlyHostScript(`/${file}`), injectTo: 'head-prepend' as const }]
      },
    },
  }
}
