import { expect, test } from 'vitest'
import { findPeople } from './find-people.ts'

const people = [
  'Ann Vale',
  'Børge Ånd',
  'Jean-Válery Ötz',
  'Valerie',
  'Carnival',
  'Δήμος',
  'ŁUKASZ Żak',
  "Mara O'Neil",
].map((name, at) => ({ person_id: String(at), name }))
const named = (typed: string) => findPeople(people, typed).map(({ name }) => name)

test.each([
  ['', people.map(({ name }) => name)],
  ['val', ['Valerie', 'Ann Vale', 'Jean-Válery Ötz']],
  ['VÁL', ['Valerie', 'Ann Vale', 'Jean-Válery Ötz']],
  ['ann va', ['Ann Vale']],
  ['vale an', []],
  ['otz', ['Jean-Válery Ötz']],
  ['and', ['Børge Ånd']],
  ['borge', ['Børge Ånd']],
  ['δημ', ['Δήμος']],
  ['lukasz z', ['ŁUKASZ Żak']],
  ['neil', ["Mara O'Neil"]],
  ["o'n", ["Mara O'Neil"]],
  ['nn', []],
])('@%s finds %j', (typed, found) => expect(named(typed)).toEqual(found))
