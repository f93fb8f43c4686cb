import type { Plugin } from 'vite'
import { earlyHostScript } from '../workers/chat/early-host.ts'

const place = /<!-- early-host.*?-->/

/** Writes into the built page what starts its Dedicated Worker at once. In development the page's own script does. */
export function startHostEarly(entry: string, name: string): Plugin {
  return {
    name: 'start-host-early',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle }) => {
        if (!bundle) return html
        const file = Object.keys(bundle).find((name) => name.startsWith(`assets/${entry}-`) && name.endsWith('.js'))
        if (!file) throw new Error(`${entry} is not in the bundle`)
        if (!place.test(html)) throw new Error('the page has no place for it')
        return html.replace(place, () => `<script>${earlyHostScript(`/${file}`, name)}</script>`)
      },
    },
  }
}
