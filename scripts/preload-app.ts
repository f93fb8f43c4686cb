import type { Plugin, Rolldown } from 'vite'

/**
 * The page's script is small and imports the app dynamically, part by part (app/start.ts): this writes what the parts
 * consist of into the page, in that order, so that the browser loads all of it at once. The benchmark page is no part of it.
 * In development nothing is bundled, and nothing is written.
 */
export function preloadApp(entry: string): Plugin {
  return {
    name: 'preload-app',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) => {
        const chunks = new Map(
          Object.values(bundle ?? {}).flatMap((output) => (output.type === 'chunk' ? [[output.fileName, output]] : [])),
        )
        const start = [...chunks.values()].find((chunk) => chunk.moduleIds.some((id) => id.endsWith(entry)))
        if (!start) return []
        const needed = new Set<Rolldown.OutputChunk>()
        const need = (file: string) => {
          const chunk = chunks.get(file)
          if (!chunk || needed.has(chunk) || chunk === start) return
          chunk.imports.forEach(need)
          needed.add(chunk)
        }
        const isOfTheApp = (file: string) => !/\/bench\//.test(chunks.get(file)?.facadeModuleId ?? '')
        start.dynamicImports.filter(isOfTheApp).forEach(need)
        const styles = new Set([...needed].flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]))
        // the first paint waits for styles: nothing goes before them
        return [
          ...[...styles].map((file) => tag('stylesheet', file)),
          ...[...needed].map((chunk) => tag('modulepreload', chunk.fileName)),
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
