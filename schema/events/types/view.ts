import * as v from 'valibot'
import { define } from '../define.ts'
import { writeViewCreate, writeViewLook } from '../facts.ts'
import { title } from '../payload-fields.ts'
import { viewSource } from '../view-source.ts'

/** A person's saved views: `view.save` is the view, its id is the event's. */
export const viewEvents = {
  'view.save': define({
    part: 'personal',
    names: ['itself'],
    by: 'person',
    streams: ['person'],
    payload: v.object({ name: title, source: viewSource }),
    facts: ({ name, source }, { entity }) => [
      { entity, field: 'view.create', value: writeViewCreate(source) },
      { entity, field: 'view.name', value: name },
    ],
    ownRows: false,
  }),
  'view.rename': define({
    part: 'personal',
    names: ['entity'],
    by: 'person',
    streams: ['person'],
    payload: v.object({ name: title }),
    facts: ({ name }, { entity }) => [{ entity, field: 'view.name', value: name }],
    ownRows: false,
  }),
  /** whether its new rows are told */
  'view.notify': define({
    part: 'personal',
    names: ['entity'],
    by: 'person',
    streams: ['person'],
    payload: v.object({ on: v.boolean() }),
    facts: ({ on }, { entity }) => [{ entity, field: 'view.notify', value: on ? '1' : '0' }],
    ownRows: false,
  }),
  /** somebody looked at it, when it had so many rows: what comes after that is new */
  'view.look': define({
    part: 'personal',
    names: ['entity'],
    by: 'person',
    streams: ['person'],
    payload: v.object({
      at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      rows: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    }),
    facts: ({ at, rows }, { entity }) => [{ entity, field: 'view.looked', value: writeViewLook({ at, rows }) }],
    ownRows: false,
  }),
  'view.delete': define({
    part: 'personal',
    names: ['entity'],
    by: 'person',
    streams: ['person'],
    payload: v.object({ deleted: v.boolean() }),
    facts: ({ deleted }, { entity }) => [{ entity, field: 'view.deleted', value: deleted ? '1' : '0' }],
    ownRows: false,
  }),
}
