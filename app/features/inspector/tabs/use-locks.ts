import { useEffect, useState } from 'react'

export interface LockRow {
  readonly name: string
  readonly held: number
  readonly waiting: number
}

/** This app's Web Locks, as the browser lists them. A tab, a worker and a coordinator each hold one while they live. */
export function useLocks(prefix: string): readonly LockRow[] {
  const [locks, setLocks] = useState<readonly LockRow[]>([])
  useEffect(() => {
    let wanted = true
    const look = async (): Promise<void> => {
      const { held = [], pending = [] } = await navigator.locks.query()
      if (!wanted) return
      const rows = new Map<string, { name: string; held: number; waiting: number }>()
      const count = (of: readonly LockInfo[], what: 'held' | 'waiting') => {
        for (const { name = '' } of of) {
          if (!name.startsWith(prefix)) continue
          const row = rows.get(name) ?? { name, held: 0, waiting: 0 }
          rows.set(name, row)
          row[what] += 1
        }
      }
      count(held, 'held')
      count(pending, 'waiting')
      setLocks([...rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
    }
    void look()
    const timer = setInterval(() => void look(), 1_000)
    return () => {
      wanted = false
      clearInterval(timer)
    }
  }, [prefix])
  return locks
}
