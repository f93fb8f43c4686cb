import * as v from 'valibot'
import { define } from '../define.ts'
import { writeSpaceCreate } from '../facts.ts'
import { author, title } from '../payload-fields.ts'

/** entity: the space */
export const spaceEvents = {
  'space.create': define({
    part: 'structure',
    names: ['entity'],
    by: 'founder',
    streams: ['space'],
    payload: v.object({ name: title, visibility: v.picklist(['public', 'invite']), author }),
    facts: ({ name, visibility }, { entity, actor }) => [
      { entity, field: 'space.create', value: writeSpaceCreate(visibility, actor) },
      { entity, field: 'space.name', value: name },
    ],
    ownRows: false,
  }),
  'space.update': define({
    part: 'structure',
    names: ['entity'],
    by: 'admin',
    streams: ['space'],
    payload: v.object({ name: title, author }),
    facts: ({ name }, { entity }) => [{ entity, field: 'space.name', value: name }],
    ownRows: false,
  }),
}
