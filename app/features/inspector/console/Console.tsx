import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { useLive, useLiveQuery } from '../../../live/index.ts'
import { currentRoute, navigate } from '../../../routes.ts'
import { Button } from '../../../shell/Button.tsx'
import type { PartProps } from '../parts.ts'
import { catalogQuery, type CatalogRow } from './catalog-query.ts'
import { columnsShown, consoleBounds } from './console-bounds.ts'
import { ResultTable } from './ResultTable.tsx'
import { isSelect, runStatement, type Outcome } from './run-statement.ts'
import { useLiveResult } from './use-live-result.ts'
import css from './Console.module.css'

const SqlEditor = lazy(() => import('./SqlEditor.tsx'))

const begin = `SELECT author_name, count(*) AS messages
FROM timeline_items GROUP BY author_name ORDER BY messages DESC LIMIT 20`
const none: ReadonlyMap<string, number> = new Map()

/** Any SQL over this device's own data. A SELECT is followed; nothing is written unless the person says so. */
export default function Console({ of }: PartProps) {
  const { client } = useLive()
  const [text, setText] = useState(of ?? begin)
  const [mayWrite, setMayWrite] = useState(false)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [running, setRunning] = useState(false)
  const catalog = useLiveQuery<CatalogRow>(catalogQuery)
  const schema = useMemo(() => {
    const columns: Record<string, string[]> = {}
    for (const { owner, name } of catalog.data) (columns[owner] ??= []).push(name)
    return columns
  }, [catalog.data])

  const run = useCallback(
    async (sql: string) => {
      setRunning(true)
      // the address keeps what was asked, and never what would write
      const kept = isSelect(sql) ? sql : null
      navigate({ ...currentRoute(), inspect: { part: 'console', of: kept } }, { replace: true })
      setOutcome(await runStatement(client.guarded, sql, mayWrite))
      setRunning(false)
    },
    [client, mayWrite],
  )

  return (
    <div className={css.console}>
      <Suspense fallback={<div className={css.editor} />}>
        <SqlEditor initial={text} schema={schema} onChange={setText} onRun={(now) => void run(now)} />
      </Suspense>
      <div className={css.bar}>
        <Button look="primary" onClick={() => void run(text)} disabled={running}>
          Run
        </Button>
        <Button onClick={() => void run(`EXPLAIN QUERY PLAN ${text}`)} disabled={running}>
          Plan
        </Button>
        <label className={css.switch}>
          <input type="checkbox" checked={mayWrite} onChange={(event) => setMayWrite(event.target.checked)} />
          Let it write rows
        </label>
      </div>
      {mayWrite && (
        <p className={css.warning} role="note">
          What you write here is no event: it is not sent, no other device sees it, and it is gone when tables are made
          anew from the log. A row of the log or of the outbox that you change or delete cannot be brought back. Undo
          does not reach it.
        </p>
      )}
      <div className={css.result} role="region" aria-label="Result" tabIndex={0} aria-busy={running}>
        {outcome?.type === 'Failed' && (
          <p className={css.error} role="alert">
            {outcome.message}
          </p>
        )}
        {outcome?.type === 'Once' && <Once outcome={outcome} />}
        {outcome?.type === 'Live' && <Followed key={outcome.sql} sql={outcome.sql} />}
      </div>
    </div>
  )
}

function Once({ outcome: { result, why } }: { outcome: Extract<Outcome, { type: 'Once' }> }) {
  const { columns, rows, changes, more } = result
  const keys = useMemo(() => rows.map((_row, at) => String(at)), [rows])
  return (
    <>
      <p className={css.said} data-testid="console-said">
        {columns.length === 0
          ? changes === 1
            ? '1 row written.'
            : `${changes} rows written.`
          : rowsInWords(rows.length, more ?? false, columns.length)}
        {why && ` It is not followed: ${why}.`}
      </p>
      <ResultTable columns={columns} rows={rows} keys={keys} changed={none} />
    </>
  )
}

function Followed({ sql }: { sql: string }) {
  const query = useMemo(() => ({ sql, parameters: [], bounds: consoleBounds }), [sql])
  const result = useLiveResult(query)
  const rows = useMemo(() => result?.rows.map((row) => result.columns.map((name) => row[name] ?? null)) ?? [], [result])
  if (!result) return null
  return (
    <>
      {result.error && (
        <p className={css.error} role="alert">
          It is no longer followed: {result.error.message}
        </p>
      )}
      <p className={css.said} data-testid="console-said">
        {rowsInWords(rows.length, false, result.columns.length)}
        {!result.error && (
          <>
            {' '}
            <b className={css.live}>Live</b>: {result.deltas === 1 ? '1 change' : `${result.deltas} changes`} since.
          </>
        )}
      </p>
      <ResultTable columns={result.columns} rows={rows} keys={result.keys} changed={result.changed} />
    </>
  )
}

function rowsInWords(count: number, more: boolean, columns: number): string {
  const rows = more ? `The first ${count} rows.` : count === 1 ? '1 row.' : `${count} rows.`
  return columns > columnsShown ? `${rows} The first ${columnsShown} of ${columns} columns.` : rows
}
