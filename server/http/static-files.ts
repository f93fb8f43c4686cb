import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type Context, type HonoRequest, type MiddlewareHandler } from 'hono'
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileHeaders } from './security-headers.ts'

/**
 * The built app. A file whose name carries its hash never changes; anything else (index.html, the Service Worker, the
 * coordinator) is asked for anew each time, so that a deployment is seen at once. Paths without a file are the app's.
 */
export function staticFiles(root: string, overHttps: boolean): Hono {
  const plain = fileHeaders([], [], overHttps)
  const pages = new Map<string, { readonly version: string; readonly headers: Readonly<Record<string, string>> }>()

  async function headersOf(path: string): Promise<Readonly<Record<string, string>>> {
    if (!path.endsWith('.html')) return plain
    const { mtimeMs, size } = await stat(path)
    const version = `${mtimeMs} ${size}`
    const known = pages.get(path)
    if (known?.version === version) return known.headers
    const html = await readFile(path, 'utf8')
    const styles = [...inlineHashes(html, 'style'), ...insertedStyles]
    const headers = fileHeaders(inlineHashes(html, 'script'), styles, overHttps)
    pages.set(path, { version, headers })
    return headers
  }

  async function onFound(found: string, c: Context): Promise<void> {
    const path = found.replace(/\.(br|gz)$/, '')
    const forEver = /[/\\]assets[/\\].+-[\w-]{8}\.\w+$/.test(path)
    c.header('vary', 'Accept-Encoding') // also where this answer is not compressed
    c.header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache')
    for (const [name, value] of Object.entries(await headersOf(path))) c.header(name, value)
  }

  const files = (precompressed: boolean) => serveStatic({ root, precompressed, onFound })
  const page = (precompressed: boolean) => serveStatic({ root, precompressed, path: 'index.html', onFound })
  return new Hono()
    .get(
      '*',
      preferring(files(true), files(false), ({ path }) => join(root, path.endsWith('/') ? 'index.html' : path)),
    )
    .get('*', async (c, next) => {
      const isNavigation = c.req.header('accept')?.includes('text/html') ?? false
      return isNavigation ? preferring(page(true), page(false), () => join(root, 'index.html'))(c, next) : next()
    })
}

/** The copy that the build compressed (scripts/precompress.ts), unless the file was changed after it. */
function preferring(
  compressed: MiddlewareHandler,
  plain: MiddlewareHandler,
  fileOf: (request: HonoRequest) => string,
): MiddlewareHandler {
  return async (c, next) => {
    const path = fileOf(c.req)
    const changed = async (name: string) => (await stat(name).catch(() => null))?.mtimeMs ?? null
    const [file, copy] = await Promise.all([changed(path), changed(`${path}.br`)])
    return (file !== null && copy !== null && copy >= file ? compressed : plain)(c, next)
  }
}

/** As a Content-Security-Policy names them. */
export function inlineHashes(html: string, tag: 'script' | 'style'): string[] {
  const inline = new RegExp(`<${tag}(?![^>]*\\ssrc=)[^>]*>([\\s\\S]*?)</${tag}>`, 'g')
  return [...html.matchAll(inline)].map(([, text]) => sha256(text!))
}

const sha256 = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`

/** Style elements that React Aria puts into the page (usePress, usePreventScroll), letter by letter. */
const insertedStyles: readonly string[] = [
  `@layer {
  [data-react-aria-pressable] {
    touch-action: pan-x pan-y pinch-zoom;
  }
}`,
  `@layer {
  * {
    overscroll-behavior: contain;
  }
}`,
].map(sha256)
