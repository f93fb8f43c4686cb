/** What an operator of each kind does (dataflow/operator.ts); one that is newer than this has its own name. */
const words: Readonly<Record<string, string>> = {
  scan: 'takes the changed rows of a table',
  touch: 'finds which parts of the result they touch',
  recompute: 'reads those parts again',
  first: 'reads the first rows of each group again',
  fold: 'adds the change to each group',
  distinct: 'counts equal rows',
  set: 'counts rows for UNION, INTERSECT or EXCEPT',
  result: 'puts the rows in their order',
  sweep: 'goes along the list of rows',
  keep: 'keeps a subquery as a table',
  index: 'an index of the engine’s own',
  rerun: 'runs the query again',
}
export const kindWords = (kind: string): string => words[kind] ?? kind
