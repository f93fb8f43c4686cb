import type { Page } from '@playwright/test'
import { createHash } from 'node:crypto'
import type { OtherPerson } from './other-person.ts'

export interface SentFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Into the message that is being written. */
export async function attach(tab: Page, ...files: SentFile[]): Promise<void> {
  await tab.getByLabel('Files to attach').first().setInputFiles(files)
}

/** The names and hashes of all files that messages of the server's log name, in its order. */
export async function filesInLog(person: OtherPerson, stream: string): Promise<{ name: string; sha256: string }[]> {
  const { items } = (await person.read(stream)).body
  return items.flatMap(({ event }) => {
    const { files = [] } = event.payload as { files?: { name: string; sha256: string }[] }
    return event.type === 'message.create' ? files.map(({ name, sha256 }) => ({ name, sha256 })) : []
  })
}
