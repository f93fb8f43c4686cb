import { expect, it } from 'vitest'
import { RowKeys } from './row-keys.ts'

it('names rows by content, and alike ones in sequence: the highest leaves first', () => {
  const keys = new RowKeys(null)
  expect(keys.assign([['x'], ['y'], ['x']])).toEqual(['t1:x,', 't1:y,', 't1:x,#1'])
  expect(keys.assign([['x'], ['y']])).toEqual(['t1:x,', 't1:y,'])
})

it('by key columns, a row that is as it was keeps its key whoever comes before it', () => {
  const keys = new RowKeys([0])
  expect(keys.assign([[1, 'a'], [2, 'b']])).toEqual(['i1,', 'i2,']) // prettier-ignore
  expect(keys.assign([[1, 0], [1, 'a'], [2, 'c']])).toEqual(['i1,#1', 'i1,', 'i2,']) // prettier-ignore
  expect(keys.assign([[1, 0], [2, 'c']])).toEqual(['i1,#1', 'i2,']) // prettier-ignore
  expect(keys.assign([[1, 7], [1, 0]])).toEqual(['i1,', 'i1,#1']) // prettier-ignore
})
