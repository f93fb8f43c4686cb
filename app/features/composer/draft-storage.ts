import { deviceBounds } from '../../../schema/device-bounds.ts'
import { editDraft, editDraftPrefix } from '../../../schema/drafts.ts'
import { sql, type Live, type TypedQuery } from '../../live/index.ts'

/**
 * Where drafts are kept: in the database, by what they are for. A room's or thread's draft has its id for key, that of an
 * edit the message's (`editKey`). A tab that goes away in the middle of a word has no time to write there: it leaves the
 * words in localStorage, from where the next tab, or one that is open, takes them over.
 */
export interface DraftKey {
  readonly stream: string
  readonly room: string
}

export const editKey = (message: { readonly stream: string; readonly id: string }): DraftKey => ({
  stream: message.stream,
  room: editDraft(message.id),
})

export function draftOf({ stream, room }: DraftKey): TypedQuery<{ readonly text: string }> {
  return sql('SELECT text FROM drafts WHERE stream = ? AND room_id = ?', [stream, room])
}

/** The messages of a stream with an edit that was begun and not saved. */
export function openEditsOf(stream: string): TypedQuery<{ readonly message: string }> {
  return sql(
    `SELECT substr(room_id, ${editDraftPrefix.length + 1}) AS message FROM drafts
     WHERE stream = ? AND room_id >= 'edit ' AND room_id < 'edit!'`,
    [stream],
  )
}

type Store = Pick<Live['client'], 'query'>

/** An empty text is none. */
export async function keepDraft(client: Store, { stream, room }: DraftKey, text: string): Promise<void> {
  if (text === '') await client.query('DELETE FROM drafts WHERE stream = ? AND room_id = ?', [stream, room])
  else await client.query(save, [stream, room, text.slice(0, deviceBounds.draftLength), Date.now()])
}

/** Puts a text behind what is stored, or behind `original` where nothing is: typed by somebody who has not seen it yet. */
export async function addToDraft(
  client: Store,
  { stream, room }: DraftKey,
  text: string,
  original = '',
): Promise<void> {
  const whole = (original + text).slice(0, deviceBounds.draftLength)
  await client.query(`${insert} SET text = substr(text || ?5, 1, ?6), updated_at = excluded.updated_at`, [
    stream,
    room,
    whole,
    Date.now(),
    text,
    deviceBounds.draftLength,
  ])
}

/** What was left behind, unless a tab has written something newer since. */
async function keepLeft(client: Store, left: Left): Promise<void> {
  const { stream, room, text, at } = left
  if (left.behind !== undefined) await addToDraft(client, left, text, left.behind)
  else if (text === '')
    await client.query('DELETE FROM drafts WHERE stream = ? AND room_id = ? AND updated_at < ?', [stream, room, at])
  else await client.query(`${save} WHERE excluded.updated_at >= updated_at`, [stream, room, text, at])
}
const insert = `INSERT INTO drafts (stream, room_id, text, updated_at) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (stream, room_id) DO UPDATE`
const save = `${insert} SET text = excluded.text, updated_at = excluded.updated_at`

const leftPrefix = 'left draft '

/**
 * On the way out: nothing may be asked of a worker that may not be there any more. `behind`: what is stored was not here
 * yet, so the text comes behind it, or behind this where nothing is.
 */
export function leaveDraft(key: DraftKey, text: string, behind?: string): void {
  try {
    const left: Left = { ...key, text, at: Date.now(), ...(behind !== undefined && { behind }) }
    localStorage.setItem(leftPrefix + JSON.stringify([key.stream, key.room]), JSON.stringify(left))
  } catch {
    // full: what was saved before stays
  }
}

/** It is in the database after all. */
export function forgetLeft(key: DraftKey): void {
  localStorage.removeItem(leftPrefix + JSON.stringify([key.stream, key.room]))
}

/** Takes over what tabs left behind, now and whenever one does. */
export function takeLeftDrafts(client: Store): () => void {
  const take = async (item: string) => {
    const left = readLeft(item)
    if (left) await keepLeft(client, left)
    localStorage.removeItem(item)
  }
  const onStorage = ({ key, newValue }: StorageEvent) => {
    if (key?.startsWith(leftPrefix) && newValue !== null) take(key).catch(() => {})
  }
  for (const item of Object.keys(localStorage)) if (item.startsWith(leftPrefix)) take(item).catch(() => {})
  window.addEventListener('storage', onStorage)
  return () => window.removeEventListener('storage', onStorage)
}

interface Left extends DraftKey {
  readonly text: string
  readonly at: number
  readonly behind?: string
}

function readLeft(item: string): Left | null {
  try {
    const left = JSON.parse(localStorage.getItem(item) ?? 'null') as Partial<Left> | null
    const { stream, room, text, at, behind = '' } = left ?? {}
    const valid = [stream, room, text, behind].every((each) => typeof each === 'string') && typeof at === 'number'
    return valid ? (left as Left) : null
  } catch {
    return null
  }
}
