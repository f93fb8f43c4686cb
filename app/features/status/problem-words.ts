import type { Problem } from '../../../schema/messages/runtime/status.ts'

/** What a person is told of a problem, and what they can do about it. */
export interface ProblemWords {
  readonly title: string
  readonly advice: string
  /** `update`: get the newest version · `recover`: watch it come back, save what was kept, put it away · `reload` */
  readonly way: 'update' | 'recover' | 'reload' | null
  /** something does not work now; otherwise it is only good to know */
  readonly grave: boolean
}

export const problemWords: Record<Problem['code'], ProblemWords> = {
  STORAGE_MEMORY: {
    title: 'Nothing is stored on this device.',
    advice:
      'The browser gives no durable storage here (a private window?). What is not yet sent is lost with the last tab.',
    way: null,
    grave: false,
  },
  STORAGE_LOST: {
    title: 'The data on this device was cleared.',
    advice: 'Everything that was sent is loaded again. What was not sent yet is kept where possible.',
    way: 'recover',
    grave: false,
  },
  STORAGE_CORRUPT: {
    title: 'The data on this device was damaged.',
    advice: 'A fresh copy is loaded. What was not sent yet is kept where it could be read.',
    way: 'recover',
    grave: false,
  },
  STORAGE_FAILING: {
    title: 'This device has trouble storing data.',
    advice: 'It is tried again. What you see may not be kept until this message is gone.',
    way: null,
    grave: true,
  },
  QUOTA_EXCEEDED: {
    title: 'This device has no room left.',
    advice:
      'New messages wait on the server, and yours stay where you write them. Free some disk space: it goes on by itself.',
    way: null,
    grave: true,
  },
  SCHEMA_TOO_NEW: {
    title: 'This tab runs an old version of the app.',
    advice: 'A newer one has used the data on this device. It is unharmed, and this version cannot read it.',
    way: 'update',
    grave: true,
  },
  PROTOCOL_MISMATCH: {
    title: 'Another tab runs a different version of the app.',
    advice: 'Update this one, or close the other tabs.',
    way: 'update',
    grave: true,
  },
  DATABASE_HELD: {
    title: 'Another tab has the data open and does not share it.',
    advice: 'It may run a different version of the app: update this one, or close the other tabs.',
    way: 'update',
    grave: true,
  },
  OPEN_FAILED: {
    title: 'The database could not be opened.',
    advice: 'It is tried again by itself. If this stays, restart the browser.',
    way: 'reload',
    grave: true,
  },
}
