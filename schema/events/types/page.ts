import * as v from 'valibot'
import { define } from '../define.ts'
import { author, title } from '../payload-fields.ts'

/** entity: the page */
export const pageEvents = {
  /** room: where it is kept */
  'page.create': define({
    part: 'page',
    names: ['entity'],
    by: 'member',
    streams: ['space', 'room'],
    payload: v.object({ title, author }),
    facts: ({ title }, { entity, room }) => [
      { entity, field: 'page.create', value: room === '' ? null : room },
      { entity, field: 'page.title', value: title },
    ],
    ownRows: false,
  }),
  'page.rename': define({
    part: 'page',
    names: ['entity'],
    by: 'member',
    streams: ['space', 'room'],
    payload: v.object({ title, author }),
    facts: ({ title }, { entity }) => [{ entity, field: 'page.title', value: title }],
    ownRows: false,
  }),
  'page.update': define({
    part: 'page',
    names: ['entity'],
    by: 'member',
    streams: ['space', 'room'],
    /** a Yjs update, base64 */
    payload: v.object({ update: v.pipe(v.string(), v.base64('must be base64')), author }),
    facts: (_, { entity }) => [{ entity, field: 'page.update', value: null }],
    ownRows: true,
  }),
}
