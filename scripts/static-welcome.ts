import { join } from 'node:path'
import { runnerImport, type Plugin } from 'vite'
import { className } from './class-names.ts'

const place = '<div id="root"></div>'

/**
 * Writes the welcome page into the built page, as React will draw it: it is there before any script, and the app takes its
 * place without a shift (app/welcome-first.ts). In development, where styles come with scripts, nothing is written.
 */
export function staticWelcome(entry: string): Plugin {
  let root = ''
  return {
    name: 'static-welcome',
    configResolved(config) {
      root = config.root
    },
    transformIndexHtml: {
      order: 'post',
      async handler(html, { bundle }) {
        if (!bundle) return html
        if (!html.includes(place)) throw new Error(`there is no ${place} in the page`)
        const { module } = await runnerImport<{ markup(): string }>(join(root, entry), {
          configFile: false,
          root,
          logLevel: 'error',
          plugins: [classNames()],
        })
        return html.replace(place, () => `<div id="root">${module.markup()}</div>`)
      },
    },
  }
}

/** CSS modules by their names alone. */
function classNames(): Plugin {
  const prefix = '\0class-names:'
  return {
    name: 'class-names',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith('.module.css')) return null
      const file = await this.resolve(source, importer, { skipSelf: true })
      return file && `${prefix}${file.id}.js`
    },
    load(id) {
      if (!id.startsWith(prefix)) return null
      const file = id.slice(prefix.length, -'.js'.length)
      const names = `{ get: (_, local) => typeof local === 'string' ? ${JSON.stringify(className('@', file))}.replace('@', local) : undefined }`
      return `export default new Proxy({}, ${names})`
    },
  }
}
