import { join } from 'node:path'
import { build, type Plugin, type Rolldown } from 'vite'

/**
 * Writes a script and all that it imports into the built page, in the place of a comment, as a classic script that runs before
 * those of the app; the server names it in its policy by its hash. In development nothing is written.
 */
export function inlineScript(entry: string, place: RegExp): Plugin {
  let root = ''
  return {
    name: `inline-script ${entry}`,
    configResolved(config) {
      root = config.root
    },
    transformIndexHtml: {
      order: 'post',
      async handler(html, { bundle }) {
        if (!bundle) return html
        if (!place.test(html)) throw new Error(`the page has no place for ${entry}`)
        const built = await build({
          configFile: false,
          root,
          logLevel: 'error',
          publicDir: false,
          build: { write: false, rollupOptions: { input: join(root, entry), output: { format: 'iife' } } },
        })
        const [script] = (built as Rolldown.RolldownOutput).output
        if (script.code.includes('</script')) throw new Error(`${entry} would end early`)
        return html.replace(place, () => `<script>${script.code.trim()}</script>`)
      },
    },
  }
}
