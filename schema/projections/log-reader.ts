import type { NamedFile } from '../events/payload-fields.ts'

/** What projections ask of the log: rows do not say it. The event is there, sealed or not. */
export interface LogReader {
  /** that a message was written with */
  firstText(stream: string, message: string): string
  /** the files that it names */
  filesOf(stream: string, message: string): readonly NamedFile[]
  /** the original person of an import, else the actor */
  author(stream: string, event: string): string
}
