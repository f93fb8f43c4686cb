import * as v from 'valibot'
import { bounds } from '../bounds.ts'
import { define } from '../define.ts'
import { writeCommentCreate, writePageCreate } from '../facts.ts'
import { author, id, nothing, text, title } from '../payload-fields.ts'

const streams = ['room'] as const
/** `of` the update that `first` names, of the same author */
const part = v.object({
  first: id,
  index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(bounds.updateParts - 1)),
  of: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(bounds.updateParts)),
})

/** what is left of a title, and of the name of a version */
const erasedTitle = 'Erased'
/** of Yjs: it says nothing */
const noUpdate = 'AAA='

/** entity: the page, which has the id of the event that made it */
export const pageEvents = {
  /** room: where it is kept */
  'page.create': define({
    part: 'page',
    names: ['itself', 'room'],
    by: 'member',
    streams,
    payload: v.object({ title, author }),
    facts: ({ title }, { entity, room, author }) => [
      { entity, field: 'page.create', value: writePageCreate(room, author) },
      { entity, field: 'page.title', value: title },
    ],
    words: { of: (_, { entity }) => entity, erased: (payload) => ({ ...payload, title: erasedTitle }) },
    ownRows: false,
  }),
  'page.rename': define({
    part: 'page',
    names: ['entity'],
    by: 'member',
    streams,
    payload: v.object({ title, author }),
    facts: ({ title }, { entity }) => [{ entity, field: 'page.title', value: title }],
    words: { of: (_, { entity }) => entity, erased: (payload) => ({ ...payload, title: erasedTitle }) },
    ownRows: false,
  }),
  /** puts it away, or back */
  'page.archive': define({
    part: 'page',
    names: ['entity'],
    by: 'authorOrAdmin',
    streams,
    payload: v.object({ archived: v.boolean(), author }),
    facts: ({ archived }, { entity }) => [{ entity, field: 'page.archived', value: archived ? '1' : '0' }],
    ownRows: false,
  }),
  /** for good, with its comments and all that it ever was: whoever has its words lets go of them (erasure.ts) */
  'page.erase': define({
    part: 'page',
    names: ['entity'],
    by: 'authorOrAdmin',
    streams,
    payload: nothing,
    facts: (_, { entity }) => [{ entity, field: 'page.erased', value: null }],
    erases: true,
    ownRows: false,
  }),
  'page.update': define({
    part: 'page',
    names: ['entity'],
    by: 'member',
    streams,
    /** `update`: of Yjs, base64; of one that is too long for an event the `part`, which counts when all of them are there */
    payload: v.object({ update: v.pipe(v.string(), v.base64('must be base64')), part: v.optional(part), author }),
    facts: () => [], // they are merged by Yjs
    words: { of: (_, { entity }) => entity, erased: (payload) => ({ ...payload, update: noUpdate, part: undefined }) },
    ownRows: true,
  }),
  /** gives the page as it is now a name */
  'page.version': define({
    part: 'page',
    names: ['entity'],
    by: 'member',
    streams,
    payload: v.object({ name: title, author }),
    facts: () => [], // the event is the version, and its row
    words: { of: (_, { entity }) => entity, erased: (payload) => ({ ...payload, name: erasedTitle }) },
    ownRows: true,
  }),
  /** entity: the comment, which has the id of its event */
  'page.comment': define({
    part: 'page',
    names: ['itself'],
    by: 'member',
    streams,
    /** `anchor`: JSON of two Yjs relative positions; `quote`: what stands between them */
    payload: v.object({ page: id, text, quote: text, anchor: v.pipe(v.string(), v.maxLength(2000)), author }),
    facts: ({ page, text, quote, anchor }, { entity, author }) => [
      { entity, field: 'comment.create', value: writeCommentCreate({ page, author, text, quote, anchor }) },
      { entity: page, field: 'page.comment', value: null },
    ],
    words: { of: ({ page }) => page, erased: (payload) => ({ ...payload, text: '', quote: '' }) },
    ownRows: false,
  }),
  /** entity: the comment */
  'page.comment.resolve': define({
    part: 'page',
    names: ['entity'],
    by: 'member',
    streams,
    payload: v.object({ resolved: v.boolean(), author }),
    facts: ({ resolved }, { entity }) => [{ entity, field: 'comment.resolved', value: resolved ? '1' : '0' }],
    ownRows: false,
  }),
  'page.comment.delete': define({
    part: 'page',
    names: ['entity'],
    by: 'authorOrAdmin',
    streams,
    payload: nothing,
    facts: (_, { entity }) => [{ entity, field: 'comment.deleted', value: '1' }],
    ownRows: false,
  }),
  /** takes the delete back */
  'page.comment.restore': define({
    part: 'page',
    names: ['entity'],
    by: 'authorOrAdmin',
    streams,
    payload: nothing,
    facts: (_, { entity }) => [{ entity, field: 'comment.deleted', value: '0' }],
    ownRows: false,
  }),
}
