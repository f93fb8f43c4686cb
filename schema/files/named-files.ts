import type { NamedFile } from '../events/payload-fields.ts'

/** The files that a valid event names, whatever it is. */
export function namedFiles({
  type,
  payload,
}: {
  readonly type: string
  readonly payload: unknown
}): readonly NamedFile[] {
  const files = type === 'message.create' ? (payload as { files?: unknown } | null)?.files : undefined
  return Array.isArray(files) ? (files as readonly NamedFile[]) : []
}
/** The same of one that is written; few name any, and the others are not parsed. */
export function filesIn(data: string): readonly NamedFile[] {
  return data.includes('"files"') ? namedFiles(JSON.parse(data) as { type: string; payload: unknown }) : []
}

/** As rows keep them. */
export function writeFiles(files: readonly NamedFile[]): string | null {
  return files.length === 0 ? null : JSON.stringify(files)
}
/** A row may come with a snapshot, from a server that is not trusted: what is no file there is left out. */
export function readFiles(json: string | null): readonly NamedFile[] {
  if (json === null) return []
  try {
    const files: unknown = JSON.parse(json)
    return Array.isArray(files) ? files.filter(isNamedFile) : []
  } catch {
    return []
  }
}

function isNamedFile(input: unknown): input is NamedFile {
  const { sha256, name, type, size, width, height, alt } = (input ?? {}) as Readonly<Record<string, unknown>>
  const isText = (value: unknown) => typeof value === 'string'
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0
  const isSize = (value: unknown) => value === undefined || isCount(value)
  const isHash = isText(sha256) && /^[0-9a-f]{64}$/.test(sha256 as string)
  return (
    isHash &&
    isText(name) &&
    isText(type) &&
    isCount(size) &&
    isSize(width) &&
    isSize(height) &&
    (alt === undefined || isText(alt))
  )
}

/** What is found of them: each name, and what the author said of it. Null: there are none. */
export function fileNames(files: readonly NamedFile[]): string | null {
  if (files.length === 0) return null
  return files.map(({ name, alt }) => (alt ? `${name}\n${alt}` : name)).join('\n')
}
