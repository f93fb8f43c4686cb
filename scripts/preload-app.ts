import type { Plugin } from 'vite'

/**
 * The page's script is small and imports the app dynamically (app/start.ts): this writes what the app consists of into
 * the page, so that the browser loads all of it at once. In development nothing is bundled, and nothing is written.
 */
export function preloadApp(entry: string): Plugin {
  return {
    name: 'preload-app',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) => {
        const chunks = Object.values(bundle ?? {}).filter((output) => output.type === 'chunk')
        const app = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(entry))
        if (!app) return []
        const styles = [...(app.viteMetadata?.importedCss ?? [])]
        return [
          ...[app.fileName, ...app.imports].map((file) => tag('modulepreload', file)),
          ...styles.map((file) => tag('stylesheet', file)),
        ]
      },
    },
  }
}

const tag = (rel: string, file: string) => ({
  tag: 'link',
  attrs: { rel, crossorigin: true, href: `/${file}` },
  injectTo: 'head' as const,
})
