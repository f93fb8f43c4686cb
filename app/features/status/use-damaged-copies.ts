import { useCallback, useEffect, useState } from 'react'
import { damagedFolder } from '../../../workers/chat/chat-client.ts'
import { download } from '../../shell/download.ts'
import { listDamagedCopies, removeDamagedCopies } from '../../../workers/runtime/client/damaged-copies.ts'

/** The copies of a damaged database that this device keeps, as they were when the component was mounted. */
export function useDamagedCopies(): { copies: readonly File[]; save(): void; remove(): void } {
  const [copies, setCopies] = useState<readonly File[]>([])
  useEffect(() => {
    let mounted = true
    void listDamagedCopies(damagedFolder).then((found) => mounted && setCopies(found))
    return () => {
      mounted = false
    }
  }, [])
  const remove = useCallback(() => void removeDamagedCopies(damagedFolder).then(() => setCopies([])), [])
  return { copies, save: () => copies.forEach((file) => download(file, file.name)), remove }
}
