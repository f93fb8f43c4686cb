import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

const kinds = /\.(js|css|html|svg|wasm|json|webmanifest)$/
/** bytes; a smaller file fits into one packet as it is */
const least = 1024
/** 11 takes 25 times as long and saves another 8 % */
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 22 } }

/** Lays compressed copies beside the built files, for browsers that can read them. After all that others write. */
export function precompress(): Plugin {
  let folder = ''
  return {
    name: 'precompress',
    apply: 'build',
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir)
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler: (error) => void (error ?? compressFolder(folder)),
    },
  }
}

export function compressFolder(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!kinds.test(name)) continue
    const path = join(folder, name)
    const bytes = readFileSync(path)
    if (bytes.length < least) continue
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, brotli))
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
  }
}
