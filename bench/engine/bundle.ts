import { join } from 'node:path'
import { build } from 'vite'

/**
 * Bundles a module for Node with the bundler that the product is built with; packages stay outside. Through tsx the same code is a quarter
 * slower, since it wraps every function to keep its name: nobody ships that.
 */
export async function bundleForNode(entry: string, folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: join(import.meta.dirname, entry),
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: '[name].mjs' } },
    },
  })
}
