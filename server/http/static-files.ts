import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'

/**
 * The built app. A file whose name carries its hash never changes; anything else (index.html, the Service Worker, the
 * coordinator) is asked for anew each time, so that a deployment is seen at once. Paths without a file are the app's.
 */
export function staticFiles(root: string): Hono {
  const headers = (path: string) =>
    /[/\\]assets[/\\].+-[\w-]{8}\.\w+$/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'
  const files = serveStatic({ root, onFound: (path, c) => c.header('cache-control', headers(path)) })
  const page = serveStatic({ root, path: 'index.html', onFound: (_, c) => c.header('cache-control', 'no-cache') })
  return new Hono().get('*', files).get('*', async (c, next) => {
    const isNavigation = c.req.header('accept')?.includes('text/html') ?? false
    return isNavigation ? page(c, next) : next()
  })
}
