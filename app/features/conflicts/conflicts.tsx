import { createContext, use, useMemo, type ReactNode } from 'react'
import { keyIn } from '../../../schema/events/key.ts'
import { useLiveQuery } from '../../live/index.ts'
import { useSettled } from '../../shell/use-settled.ts'
import { conflictsOf, type ConflictRow } from './conflicts-query.ts'

/** The fields in which people see that two of them wrote at once. */
export type SettledField = 'message.text' | 'room.name' | 'room.topic' | 'page.title'

interface Known {
  readonly byField: ReadonlyMap<string, readonly ConflictRow[]>
  /** settles what others wrote, too */
  readonly admin: boolean
}
const Conflicts = createContext<Known>({ byField: new Map(), admin: false })
const none: readonly ConflictRow[] = []

/** One live query for all that is on screen: there are few conflicts, and most things have none. */
export function ConflictsOf(props: { space: string; room: string; admin: boolean; children: ReactNode }) {
  const { space, room, admin, children } = props
  const settled = useSettled()
  const { data } = useLiveQuery(settled ? conflictsOf(space, room) : null)
  const known = useMemo(() => {
    const found = new Map<string, ConflictRow[]>()
    for (const row of data) {
      const key = keyOf(row.stream, row.entity_id, row.field)
      found.set(key, [...(found.get(key) ?? []), row])
    }
    return { byField: found, admin }
  }, [data, admin])
  return <Conflicts value={known}>{children}</Conflicts>
}

export function useConflicts(stream: string, entity: string, field: SettledField): readonly ConflictRow[] {
  return use(Conflicts).byField.get(keyOf(stream, entity, field)) ?? none
}

export const useSettlesAll = (): boolean => use(Conflicts).admin

const keyOf = (stream: string, entity: string, field: string) => keyIn(stream, keyIn(entity, field))
