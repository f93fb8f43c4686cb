import { createContext, use, useMemo, type ReactNode } from 'react'
import { sql, useLiveQuery, type TypedQuery } from '../../live/index.ts'
import { tellApart } from '../../shell/tell-apart.ts'
import { useSettled } from '../../shell/use-settled.ts'

/** The members of a space whose name somebody else has too, those first who came first. */
export function namesakesIn(stream: string): TypedQuery<{ readonly id: string; readonly name: string }> {
  return sql(
    `SELECT person_id AS id, name FROM memberships WHERE stream = ? AND lower(name) IN
       (SELECT lower(name) FROM memberships WHERE stream = ? GROUP BY lower(name) HAVING count(*) > 1)
     ORDER BY joined_clock, person_id`,
    [stream, stream],
  )
}

const NameMarks = createContext<ReadonlyMap<string, string>>(new Map())

/** What stands behind a person's name where another one has the same: Ann, Ann (2). */
export function NameMarksOf({ stream, children }: { stream: string; children: ReactNode }) {
  const settled = useSettled()
  const { data } = useLiveQuery(settled ? namesakesIn(stream) : null)
  const marks = useMemo(() => tellApart(data), [data])
  return <NameMarks value={marks}>{children}</NameMarks>
}

export function useNameMark(person: string): string {
  return use(NameMarks).get(person) ?? ''
}

export function useNameMarks(): ReadonlyMap<string, string> {
  return use(NameMarks)
}
