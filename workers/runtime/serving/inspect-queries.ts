import { assertNever } from '../../../schema/assert.ts'
import type { Query, SqlValue } from '../../../schema/live.ts'
import {
  attentionMs,
  inspectionBounds as bounds,
  type Answer,
  type BothAnswer,
  type InspectedOperator,
  type InspectedQuery,
  type Question,
} from '../../../schema/messages/runtime/inspection.ts'
import { compareBoth } from './compare-both.ts'
import { RequestFailure } from './leader-database.ts'
import { QueryMeter } from './query-meter.ts'
import type { Inspectable, ServedQueries } from './served-queries.ts'

/**
 * The leader's answers to an inspector. Whoever asks has all live queries measured for `attentionMs`, and the operators of the
 * one query that is asked about traced; then it ends by itself.
 */
export function inspectQueries(
  queries: Pick<ServedQueries, 'inspected'>,
  now: () => number,
  runAgain: (query: Query) => readonly SqlValue[][],
): (question: Question) => Answer {
  const meters = new Map<string, QueryMeter>()
  let until = 0
  /** which query is traced, and until when */
  let traced: { readonly queryId: string; readonly until: number } | null = null

  function meterOf({ queryId, live }: Inspectable): QueryMeter {
    const known = meters.get(queryId)
    if (known && !known.stopped && known.live === live) return known
    known?.stop()
    const meter = new QueryMeter(live, now, () => now() > until)
    meters.set(queryId, meter)
    return meter
  }

  /** Every query has a meter from now on, and nobody else. */
  function measure(): readonly Inspectable[] {
    if (now() > until) for (const meter of meters.values()) meter.stop()
    until = now() + attentionMs
    const all = [...queries.inspected()]
    const ids = new Set(all.map(({ queryId }) => queryId))
    for (const [queryId, meter] of meters) {
      if (ids.has(queryId)) continue
      meter.stop()
      meters.delete(queryId)
    }
    for (const each of all) meterOf(each)
    if (traced && now() > traced.until) {
      meters.get(traced.queryId)?.untrace()
      traced = null
    }
    return all
  }

  function traceAlone(queryId: string): void {
    if (traced && traced.queryId !== queryId) meters.get(traced.queryId)?.untrace()
    traced = { queryId, until: now() + attentionMs }
    meters.get(queryId)?.trace()
  }

  return (question) => {
    const all = measure()
    switch (question.about) {
      case 'queries': {
        const told = all.map((each) => describe(each, meterOf(each)))
        if (told.length > bounds.queries) told.sort((a, b) => b.cost.milliseconds - a.cost.milliseconds)
        return { about: 'queries', total: told.length, queries: told.slice(0, bounds.queries) }
      }
      case 'query': {
        const found = all.find(({ queryId }) => queryId === question.queryId)
        if (!found) return { about: 'query', query: null, operators: [], turns: [] }
        traceAlone(found.queryId)
        const meter = meterOf(found)
        return {
          about: 'query',
          query: describe(found, meter),
          operators: operatorsOf(found),
          turns: meter.turnsAfter(question.after, bounds.turns).map((turn) => ({
            ...turn,
            sent: turn.sent.slice(0, bounds.sentOfTurn),
          })),
        }
      }
      case 'both': {
        const { queryId } = question
        const found = all.find((each) => each.queryId === queryId)
        if (!found) throw new RequestFailure('QUERY_INVALID', 'nobody subscribes to this query any more')
        return { about: 'both', queryId, ...bothWays(found), cost: meterOf(found).cost() }
      }
      default:
        return assertNever(question)
    }
  }

  /** In one go: nothing can be written between the two. */
  function bothWays({ query, live }: Inspectable): Pick<BothAnswer, 'comparison' | 'rows' | 'againMs'> {
    const start = now()
    try {
      const again = runAgain(query)
      const againMs = now() - start
      const comparison = live.error ? 'failed' : compareBoth(live.rows, again)
      return { comparison, rows: live.rows.length, againMs }
    } catch {
      return { comparison: 'failed', rows: live.rows.length, againMs: now() - start }
    }
  }
}

function describe({ queryId, query, live }: Inspectable, meter: QueryMeter): InspectedQuery {
  const { mode, reason = null, operators, tables } = live.explain()
  return {
    queryId,
    sql: cut(query.sql, bounds.sqlLength),
    parameters: query.parameters.slice(0, bounds.parameters).map((value) => cut(asSql(value), bounds.parameterLength)),
    mode,
    reason,
    error: live.error?.message ?? null,
    tables: tables.slice(0, bounds.tables),
    rows: live.rows.length,
    stateRows: operators.reduce((sum, { stateRows }) => sum + stateRows, 0),
    tabs: [],
    cost: meter.cost(),
  }
}

function operatorsOf({ live }: Inspectable): InspectedOperator[] {
  return live
    .explain()
    .operators.slice(0, bounds.operators)
    .map((operator) => ({
      ...operator,
      label: cut(operator.label, bounds.sqlLength),
      sql: operator.sql.slice(0, bounds.sqlsOfOperator).map((sql) => cut(sql, bounds.sqlLength)),
    }))
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}

/** A value as SQL writes it. */
function asSql(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (value instanceof Uint8Array) {
    const shown = value.subarray(0, bounds.parameterLength)
    return `x'${Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`
  }
  if (typeof value === 'string') return `'${value.slice(0, 2 * bounds.parameterLength).replaceAll("'", "''")}'`
  return String(value)
}
