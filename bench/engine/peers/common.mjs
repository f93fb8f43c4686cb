/**
 * What the driver and every engine share: the rows, the queries, the results. No randomness: every engine gets the same rows and the same writes.
 *
 * An engine is a file that exports
 *   open(size, variant)   size: { workload, rows, queries }; resolves when the rows are in it, to
 *     subscribe(k, hear)    the k-th live query; calls hear() at every delivery; resolves when its first rows are there
 *     write(row)            one insert into the messages; a promise where the engine is asynchronous
 *     result(k)             what the k-th query shows now, as rows in the shape of `expectedResults`
 *     kind                  'write': timed from the call of write; 'push': that call is the push alone (the engine's low level)
 *     enteredAt()           optional: when the diff of the last write entered the engine: a push figure beside the write's
 *     hears                 optional: how many listeners one write calls (1 when absent): the last of them counts
 *   or null where the engine cannot do the workload.
 */
export const channels = 500
export const authors = 1000
export const workloads = ['filter', 'top-50', 'join', 'count by group']

export function message(i) {
  return {
    id: i,
    ch: i % channels,
    author: (i * 7919) % authors,
    ts: 1_000_000_000 + i,
    body: `message body number ${i}`,
  }
}
export function author(i) {
  return { id: i, name: `author ${i}` }
}
/** The channel of the i-th write: every one changes exactly one live query. */
export function hotChannel(i, queries) {
  return (i * 13) % Math.min(queries, channels)
}
export function newMessage(rows, i, queries) {
  return {
    id: rows + 1 + i,
    ch: hotChannel(i, queries),
    author: i % authors,
    ts: 2_000_000_000 + i,
    body: `message ${i}`,
  }
}

/** For the engines that take SQL: over m(id, ch, author, ts, body) and a(id, name); `channel` is a number or a placeholder. */
export const sql = {
  filter: (channel) => `select id, author, ts, body from m where ch = ${channel}`,
  'top-50': (channel) => `select id, author, ts, body from m where ch = ${channel} order by ts desc, id desc limit 50`,
  join: (channel) => `select m.id, m.ts, m.body, a.name from m join a on a.id = m.author where m.ch = ${channel}`,
  'count by group': (channel) => `select author, count(*) as n from m where ch = ${channel} group by author`,
}

/** From an engine's rows, as objects, to rows as arrays. */
export const shape = {
  filter: (row) => [row.id, row.author, row.ts, row.body],
  'top-50': (row) => [row.id, row.author, row.ts, row.body],
  join: (row) => [row.id, row.ts, row.body, row.name],
  'count by group': (row) => [row.author, Number(row.n)],
}

/** What every query must show in the end, computed here from the rows that were written. */
export function expectedResults({ workload, rows, queries }, written) {
  const byChannel = Array.from({ length: queries }, () => [])
  for (let i = 1; i <= rows; i++) byChannel[i % channels]?.push(message(i))
  for (let i = 0; i < written; i++) byChannel[hotChannel(i, queries)].push(newMessage(rows, i, queries))
  return byChannel.map((own) => {
    if (workload === 'filter') return own.map(shape.filter)
    if (workload === 'top-50') return own.sort((p, q) => q.ts - p.ts || q.id - p.id).slice(0, 50).map(shape['top-50']) // prettier-ignore
    if (workload === 'join') return own.map((m) => [m.id, m.ts, m.body, author(m.author).name])
    const counts = new Map()
    for (const m of own) counts.set(m.author, (counts.get(m.author) ?? 0) + 1)
    return [...counts]
  })
}

/** Null when all results are right; else what is wrong with the first that is not. */
export function firstWrong({ workload, rows, queries }, written, result) {
  const ordered = workload === 'top-50'
  const text = (list) => (ordered ? list : [...list].sort((p, q) => p[0] - q[0])).map((row) => JSON.stringify(row))
  for (const [k, expected] of expectedResults({ workload, rows, queries }, written).entries()) {
    const [want, got] = [text(expected), text(result(k))]
    if (want.length !== got.length) return `query ${k} shows ${got.length} rows, not ${want.length}`
    const at = want.findIndex((row, i) => row !== got[i])
    if (at >= 0) return `query ${k} shows ${got[at]} where ${want[at]} belongs`
  }
  return null
}
