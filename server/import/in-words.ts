import type { Note, Position } from '../../schema/import/records.ts'
import { unitInWords, type TimeUnit } from '../../schema/import/source-time.ts'
import { longestRecord } from './split-records.ts'
import type { Dropped, Reason, Times } from './spool.ts'

/* What an import says, in sentences. Nothing of the file reaches a terminal but through `quoted`. */

/** "line 7 is not imported: …" */
export function droppedInWords(dropped: Dropped, unit: TimeUnit | null): string {
  return `${positionInWords(dropped)} is not imported: ${why(dropped, unit)}`
}

/** "line 7", or "message 7 of “general/2023-11-14.json”" */
export function positionInWords({ file, line }: Position): string {
  if (file === '') return `line ${line}`
  return line === 0 ? `the file ${quotedEnd(file)}` : `message ${line} of ${quotedEnd(file)}`
}

function why({ reason, about, first }: Dropped, unit: TimeUnit | null): string {
  switch (reason) {
    case 'Unreadable':
      return about
    case 'BadTime':
      return `its time cannot be read: ${about}`
    case 'BeforeEpoch':
      return `its time lies before 1970: ${about}`
    case 'Future':
      return `its time lies in the future, in the year ${new Date(Math.min(Number(about), 8.64e15)).getUTCFullYear()}`
    case 'OtherUnit':
      return `its time is in ${unitInWords[about as TimeUnit]}, and the file's times are in ${unitInWords[unit ?? 's']}`
    case 'BadText':
      return `its text is not a text: ${about}`
    case 'BadId':
      return `its id is neither a number nor a text: ${about}`
    case 'SameId':
      return `it has the same id as ${positionInWords(first!)} but ${otherInWords[about]}`
    case 'OtherThere':
      return `the space has a message with its id already, with ${otherInWords[about]}`
    case 'Refused':
      return `the server does not take it (${about})`
    default:
      return reasonInWords[reason]
  }
}

const otherInWords: Readonly<Record<string, string>> = {
  text: 'another text',
  time: 'another time',
  sender: 'another sender',
  topic: 'another topic',
  content: 'other content',
}

/** What lines of one reason have in common; goes on from "12 lines were not imported: 8 …". */
export const reasonInWords: Readonly<Record<Reason | 'Same', string>> = {
  TooLong: `it is longer than ${longestRecord >> 20} MB`,
  Unreadable: 'it cannot be read',
  NotJson: 'it is not JSON',
  NotAnObject: 'it is not a JSON object',
  NoTime: 'it has no time (ts)',
  BadTime: 'its time cannot be read',
  BeforeEpoch: 'its time lies before 1970',
  OtherUnit: "its time is in another unit than the file's",
  Future: 'its time lies in the future',
  NoText: 'it has no text',
  BadText: 'its text is not a text',
  BadId: 'its id is neither a number nor a text',
  SameId: 'its id is that of an earlier line with other content',
  OtherThere: 'the space has its id already, with other content',
  Refused: 'the server does not take it',
  Same: 'an earlier line says the same',
}

export const noteInWords: Readonly<Record<Note, string>> = {
  NoSender: 'had no sender: shown as by “Unknown sender”',
  NoStream: 'had no stream: put into “Unknown room”',
  NoId: 'had no id: the same content counts as the same message',
  NoZone: 'had a time without a zone, read as UTC',
  TextShortened: 'had a text that is too long for a message: its end was cut off',
  NameShortened: 'had a name of more than 200 characters: its end was cut off',
  CharactersReplaced: 'had characters that are no Unicode text: they show as \ufffd',
}

export function timesInWords({ unit, numbers, dates, fromMs, toMs }: Times): string {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)
  const forms = [
    ...(numbers > 0 ? [`${unitInWords[unit ?? 's']} since 1970`] : []),
    ...(dates > 0 ? [numbers > 0 ? `dates (${count(dates, 'line')})` : 'dates'] : []),
  ]
  return `Times were read as ${forms.join(' and ')}: from ${day(fromMs)} to ${day(toMs)}.`
}

/** A value of the file, short, without what could steer a terminal. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value.slice(0, 200) : shortJson(value)
  const plain = text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu, '\ufffd')
  const short = plain.length > 40 ? `${plain.slice(0, 40).toWellFormed()}…` : plain
  return typeof value === 'string' ? `“${short}”` : short
}

function shortJson(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

/** A path is told apart by its end. */
function quotedEnd(path: string): string {
  return quoted(path.length > 40 ? `…${path.slice(-39).toWellFormed()}` : path)
}

export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`
}
