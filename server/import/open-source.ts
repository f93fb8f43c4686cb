import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { SourceRecord } from '../../schema/import/records.ts'
import { folderFiles } from './files/folder.ts'
import { gather, isReadable, joinFiles, tooLarge, type SourceFiles } from './files/source-files.ts'
import { tarFiles } from './files/tar.ts'
import { openFile, type TextFile } from './files/text-file.ts'
import { zipFiles } from './files/zip.ts'
import { discord } from './formats/discord.ts'
import { outerKeys } from './formats/documents.ts'
import type { Format, FormatName, ReadOptions } from './formats/format.ts'
import { matrix } from './formats/matrix.ts'
import { linesOf } from './formats/ndjson.ts'
import { slack } from './formats/slack.ts'
import { zulip } from './formats/zulip.ts'
import { ImportError } from './import-error.ts'

/** Paths → the records of the export that lies there, and which kind of export it is: its content says so. */
export interface Source {
  /** in words, for sentences */
  readonly path: string
  readonly format: FormatName
  /** goes on from "read as " */
  readonly title: string
  /** what one record of it is called */
  readonly noun: 'line' | 'message'
  /** its records lie one in a line, so that one can be shown */
  readonly shape: 'lines' | 'objects' | 'nothing'
  records(options: ReadOptions): AsyncGenerator<readonly SourceRecord[]>
  /** how much of it has been read, 0 to 1 */
  progress(): number
  /** what could not be taken from it, by kind */
  readonly left: ReadonlyMap<string, number>
  /** how it ends before its end; null when it was read whole. Asked when all records are read. */
  fault(): string | null
  close(): void
}

const formats: readonly Format[] = [zulip, slack, discord, matrix]

export async function openSource(paths: readonly string[], wanted: FormatName | null = null): Promise<Source> {
  const path = paths.length === 1 ? paths[0]! : `${paths[0]} and ${paths.length - 1} more`
  const opened: (TextFile | SourceFiles)[] = []
  try {
    for (const each of paths) opened.push(await openPath(each))
    const [only] = opened
    if (opened.length === 1 && only && isText(only) && !isDocument(only, wanted)) return openLines(only, path)
    const files = joinFiles(opened.map((each) => (isText(each) ? oneFile(each) : each)))
    return await openExport(files, path, wanted)
  } catch (error) {
    for (const each of opened) each.close()
    throw error
  }
}

const isText = (opened: TextFile | SourceFiles): opened is TextFile => 'sample' in opened

async function openPath(path: string): Promise<TextFile | SourceFiles> {
  if ((await stat(path).catch(() => null))?.isDirectory()) return folderFiles(path)
  const file = await openFile(path)
  switch (file.type) {
    case 'Zip':
      return zipFiles(path)
    case 'Tar':
      try {
        return await tarFiles(path, file.chunks)
      } finally {
        file.close()
      }
    case 'Text':
      return file
  }
}

/** One object that holds all messages, and no line that is one. */
function isDocument({ sample }: TextFile, wanted: FormatName | null): boolean {
  if (wanted !== null) return wanted !== 'ndjson'
  const keys = outerKeys(sample.subarray(0, 64 * 1024).toString())
  return keys.includes('messages') || (keys.includes('guild') && keys.includes('channel'))
}

function openLines(text: TextFile, path: string): Source {
  const lines = linesOf(text)
  return {
    path,
    format: 'ndjson',
    title: 'lines of JSON',
    noun: 'line',
    shape: lines.shape,
    records: lines.records,
    progress: text.progress,
    left: new Map(),
    fault: () => lines.fault,
    close: text.close,
  }
}

function oneFile(text: TextFile): SourceFiles {
  const name = basename(text.path).replace(/(?<!\.json)$/i, '.json')
  let bytes: Promise<Buffer> | null = null
  return {
    paths: [name],
    read: () => (bytes ??= gather(text.chunks, tooLarge)),
    left: new Map(),
    fault: null,
    close: text.close,
  }
}

async function openExport(files: SourceFiles, path: string, wanted: FormatName | null): Promise<Source> {
  if (files.paths.length === 0) {
    const fault = files.fault === null ? '' : ` ${files.fault}`
    throw new ImportError(`${path} has no file in it that an import reads (JSON).${fault}`)
  }
  for (const format of formats) {
    if (wanted !== null && format.name !== wanted) continue
    const parts = await format.find(files)
    if (parts.length > 0) return exportOf(files, path, format, parts)
  }
  if (wanted === 'ndjson' || wanted === null) {
    const [only, ...others] = files.paths.filter(isReadable)
    if (only !== undefined && others.length === 0) return openPacked(files, path, only)
  }
  const kind =
    wanted === null
      ? 'none of the exports that an import knows'
      : `not ${formats.find(({ name }) => name === wanted)?.title ?? 'one file of lines of JSON'}`
  throw new ImportError(`${path} is ${kind}. docs/import.md says what can be imported, and how to get it.`)
}

/** The one file of an archive, read as if it lay there alone. */
async function openPacked(files: SourceFiles, path: string, name: string): Promise<Source> {
  const bytes = await files.read(name).catch((error: Error) => {
    throw new ImportError(`${path} cannot be read: of ${name}, ${error.message}.`)
  })
  async function* whole(): AsyncGenerator<Buffer> {
    yield bytes
  }
  const text: TextFile = {
    type: 'Text',
    path,
    sample: bytes,
    isWhole: true,
    chunks: whole(),
    progress: () => 1,
    close: files.close,
  }
  return { ...openLines(text, path), left: files.left, fault: () => files.fault }
}

function exportOf(files: SourceFiles, path: string, format: Format, parts: readonly string[]): Source {
  let read = 0
  async function* records(options: ReadOptions): AsyncGenerator<readonly SourceRecord[]> {
    for await (const some of format.read(files, parts, options)) {
      read += 1
      yield some
    }
  }
  return {
    path,
    format: format.name,
    title: format.title,
    noun: 'message',
    shape: 'nothing',
    records,
    progress: () => Math.min(1, read / files.paths.length),
    left: files.left,
    fault: () => files.fault,
    close: files.close,
  }
}
