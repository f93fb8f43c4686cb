import type { SourceRecord } from '../../../schema/import/records.ts'
import type { SourceFiles } from '../files/source-files.ts'

/** A kind of export. Each turns its files into the same records, and knows nothing of events, spaces and servers. */
export interface Format {
  readonly name: FormatName
  /** goes on from "read as " */
  readonly title: string
  /** its parts in these files: folders, or files; none where they are not of this kind */
  find(files: SourceFiles): Promise<readonly string[]>
  /** some records at a time */
  read(files: SourceFiles, parts: readonly string[], options: ReadOptions): AsyncGenerator<readonly SourceRecord[]>
}
export const formatNames = ['ndjson', 'zulip', 'slack', 'discord', 'matrix'] as const
export type FormatName = (typeof formatNames)[number]

export interface ReadOptions {
  /**
   * A conversation that is private in the source becomes a room of the space. Only where the space lets nobody in, and
   * the conversation is all that there is: else people would read what was not written for them.
   */
  readonly takePrivate: boolean
}

export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
/** '' for what lies in no folder, else with a slash at its end */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)
export const inWordsOfFile = (path: string): string => `the file ${baseOf(path)}, which an import does not know`
