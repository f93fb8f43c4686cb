import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { readPayload } from './define.ts'
import { definitionOf, eventDefinitions, eventTypes } from './event-types.ts'
import { validateEvent } from './event.ts'

describe('a payload of three versions', () => {
  const definition = {
    older: [
      {
        payload: v.object({ choice: v.string() }),
        upcast: ({ choice }: { choice: string }) => ({ choices: [choice] }),
      },
      {
        payload: v.object({ choices: v.array(v.string()) }),
        upcast: ({ choices }: { choices: string[] }) => ({ choices, secret: false }),
      },
    ],
    payload: v.object({ choices: v.array(v.string()), secret: v.boolean() }),
  }
  const read = (version: number, input: unknown) => readPayload(definition, version, input, {})

  test.each([
    [1, { choice: 'tea' }],
    [2, { choices: ['tea'] }],
    [3, { choices: ['tea'], secret: false }],
  ])('version %i is read as the newest', (version, input) => {
    expect(read(version, input)).toEqual({ type: 'read', payload: { choices: ['tea'], secret: false } })
  })
  test('each version is validated as itself', () => {
    expect(read(1, { choices: ['tea'] }).type).toBe('invalid')
    expect(read(2, { choice: 'tea' }).type).toBe('invalid')
    expect(read(3, { choices: ['tea'] }).type).toBe('invalid')
  })
  test('a version that only a newer build knows is not read at all', () => {
    expect(read(4, { anything: 1 })).toEqual({ type: 'newer' })
  })
})

const event = { id: '01HF0000000000000000000001', actor: 'ann', clock: '1', at: 1, deps: [], stream: 'space:s' }

test('an event of a newer version of a known type is one that this build does not know', () => {
  const renamed = { ...event, type: 'space.update', version: 2, entity: 's', payload: { title: 'by another shape' } }
  expect(validateEvent(renamed)).toEqual({ type: 'unknown', event: renamed })
  for (const version of [0, -1, 1.5, '2', null]) expect(validateEvent({ ...renamed, version }).type).toBe('invalid')
  expect(validateEvent({ ...renamed, version: 1, payload: { name: 'S' } }).type).toBe('known')
})

test.each(readdirSync(join(import.meta.dirname, 'types')))('what types/%s defines is in the table', async (file) => {
  const defined = Object.values((await import(`./types/${file}`)) as Record<string, object>)
  expect(defined.length).toBeGreaterThan(0)
  for (const types of defined) expect(eventDefinitions).toMatchObject(types)
})

test.each(eventTypes)('%s changes rows: it states facts, or has rows of its own', (type) => {
  const { ownRows, facts } = definitionOf(type)
  const payload = { name: 'n', text: 't', emoji: 'e', topic: 't', title: 't', stream: 's', choice: 'c' }
  const stated = facts(payload, { entity: 'e', room: 'r', actor: 'a', author: 'a' })
  expect(stated.length > 0 || ownRows).toBe(true)
})
