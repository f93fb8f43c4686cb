import { createHash } from 'node:crypto'
import type { Plugin } from 'vite'
import { buildTag } from '../app/features/status/build-of.ts'

/**
 * Writes the build's name into the built page: the digest of the page, which names every file of the app by its digest.
 * The last plugin of all, for what others write belongs to it.
 */
export function nameBuild(): Plugin {
  return {
    name: 'name-build',
    enforce: 'post',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        if (!bundle) return html
        const name = createHash('sha256').update(html).digest('hex').slice(0, 16)
        return html.replace('</head>', `  ${buildTag(name)}\n  </head>`)
      },
    },
  }
}
