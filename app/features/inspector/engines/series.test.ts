import { expect, test } from 'vitest'
import type { BothAnswer } from '../../../../schema/messages/runtime/inspection.ts'
import { addPoint, timingsOf, type Series } from './series.ts'

const answer = (turns: number, milliseconds: number, rest: Partial<BothAnswer> = {}): BothAnswer =>
  ({
    about: 'both',
    queryId: 'q',
    comparison: 'equal',
    againMs: 5,
    cost: { turns, milliseconds },
    ...rest,
  }) as BothAnswer

const play = (answers: readonly BothAnswer[]): Series =>
  answers.reduce<Series | null>((series, each, place) => addPoint(series, each, 1_000 * place), null)!

test('a point says what the turns since the last one took, each', () => {
  const { points } = play([answer(4, 2), answer(4, 2), answer(8, 3)])
  expect(points).toEqual([
    { at: 0, maintained: null, again: 5 },
    { at: 1, maintained: null, again: 5 },
    { at: 2, maintained: 0.25, again: 5 },
  ])
})

test('a difference stays counted; another query begins anew, and so does the clock of another leader', () => {
  const series = play([
    answer(1, 1),
    answer(2, 2, { comparison: 'different' }),
    answer(3, 3, { comparison: 'reordered' }),
  ])
  expect(series).toMatchObject({ compared: 3, different: 1 })
  expect(addPoint(series, answer(9, 9, { queryId: 'other' }), 9_000)).toMatchObject({
    compared: 1,
    different: 0,
    points: [{ at: 0 }],
  })
  expect(addPoint(series, answer(1, 0.2), 9_000).points.at(-1)).toMatchObject({ maintained: null })
})

test('between turns the line of the kept one goes on, and nothing is below the scale', () => {
  const { lines } = timingsOf(play([answer(0, 0), answer(2, 1), answer(2, 1), answer(3, 1)]))
  expect(lines[0]!.ms).toEqual([null, 0.5, 0.5, 0.005])
})
