import { useEffect, useState } from 'react'
import { useClientStatus } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import { formatBytes } from './format-bytes.ts'
import { askToKeepStorage, isStorageKept } from './keep-storage.ts'
import { useDamagedCopies } from './use-damaged-copies.ts'
import css from './StorageUse.module.css'

/** How much this site stores and may store, whether the browser keeps it, and what was kept of a damaged database. */
export function StorageUse() {
  const { space, storage } = useClientStatus()
  const [kept, setKept] = useState<boolean | null>(null)
  const [refused, setRefused] = useState(false)
  const { copies, save, remove } = useDamagedCopies()
  useEffect(() => {
    let mounted = true
    void isStorageKept().then((answer) => mounted && setKept(answer))
    return () => {
      mounted = false
    }
  }, [])
  const ask = () =>
    void askToKeepStorage().then((answer) => {
      setKept(answer)
      setRefused(!answer)
    })
  if (storage === 'memory') return null
  return (
    <>
      {space && (
        <div>
          <dt>Space used</dt>
          <dd>
            {formatBytes(space.usage)} of {formatBytes(space.quota)}
          </dd>
        </div>
      )}
      {kept !== null && (
        <div>
          <dt>The browser keeps it</dt>
          <dd className={css.choice}>
            {kept ? 'until you clear it' : refused ? 'while there is space: it refused more' : 'while there is space'}
            {!kept && !refused && <Button onClick={ask}>Keep it</Button>}
          </dd>
        </div>
      )}
      {copies.length > 0 && (
        <div>
          <dt>Damaged copy</dt>
          <dd className={css.choice}>
            {formatBytes(copies.reduce((sum, file) => sum + file.size, 0))}
            <Button onClick={save}>Save</Button>
            <Button look="danger" onClick={remove} aria-label="Delete the damaged copy">
              Delete
            </Button>
          </dd>
        </div>
      )}
    </>
  )
}
