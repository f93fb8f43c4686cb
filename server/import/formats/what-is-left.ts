import type { SourceRecord } from '../../../schema/import/records.ts'

/** What is not taken over, counted by its kind. */
export function left(kind: string, count = 1): SourceRecord {
  return { type: 'Left', kind, count }
}

/** Which messages of a source people write, and which its program writes by itself. */
export interface MessageKinds {
  readonly ordinary: ReadonlySet<string>
  readonly notes: RegExp
}

/** Whether a message of this kind comes over, and what is to be said of that. */
export function lookAtKind(
  kind: string,
  { ordinary, notes }: MessageKinds,
): { readonly comesOver: boolean; readonly records: SourceRecord[] } {
  if (notes.test(kind)) return { comesOver: false, records: [left(`notes of the kind “${kind}” (nobody wrote them)`)] }
  const told = `messages of the unknown kind “${kind}”, taken as ordinary ones`
  return { comesOver: true, records: ordinary.has(kind) ? [] : [{ type: 'Told', kind: told }] }
}
