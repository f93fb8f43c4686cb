import { useCallback, useEffect, useState } from 'react'
import { damagedFolder } from '../../../workers/chat/chat-client.ts'
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
  return { copies, save: () => copies.forEach(download), remove }
}

function download(file: File): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = file.name
  link.click()
  // the download has its own reference by then
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
