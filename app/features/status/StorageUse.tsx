import { useEffect, useState } from 'react'

/** How much this site stores, and how much it may. */
export function StorageUse() {
  const [use, setUse] = useState<{ usage: number; quota: number } | null>(null)
  useEffect(() => {
    let mounted = true
    void navigator.storage?.estimate().then(({ usage = 0, quota = 0 }) => mounted && setUse({ usage, quota }))
    return () => {
      mounted = false
    }
  }, [])
  if (!use) return null
  return (
    <div>
      <dt>Space used</dt>
      <dd>
        {bytes(use.usage)} of {bytes(use.quota)}
      </dd>
    </div>
  )
}

function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = count
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}
