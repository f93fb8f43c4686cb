import { expect, test } from 'vitest'
import { parse, parseSelect } from './parse.ts'

test.each([
  // filter, over and window are names wherever SQLite takes them for names
  ['select filter from t', 'select "filter" from t'],
  ['select over, window from over', 'select "over", "window" from "over"'],
  ['select window.* from window window', 'select "window".* from "window" "window"'],
  ['select filter(1), over(1)', 'select "filter"(1), "over"(1)'],
  // … and keywords where it takes them for keywords
  [
    'select sum(a) filter (where over) over window from t window window as (order by a)',
    'select sum(a) filter (where "over") over "window" from t window "window" as (order by a)',
  ],
  ['select sum(a) over over from over window over as ()', 'select sum(a) over "over" from "over" window "over" as ()'],
  ["select 'over' -- over", "select 'over' -- over"],
])('%s', (sql, text) => {
  expect(parse(sql)?.text).toBe(text)
})

test.each(['select 1_000, 0xff_ff', 'select 1 /*', 'select 1 /* open', 'select 1; -- end', ' ; select 1;;'])(
  'reads %s',
  (sql) => {
    expect(parseSelect(sql)).not.toBeNull()
  },
)

test.each(['select', 'insert into t values (1)', 'select 1; select 2', ''])('refuses %s', (sql) => {
  expect(parseSelect(sql)).toBeNull()
})
