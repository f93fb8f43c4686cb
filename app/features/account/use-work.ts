import { useRef, useState } from 'react'

/** Work that a person began: what is under way, one at a time, and in words why the last one failed. */
export function useWork() {
  const [busy, setBusy] = useState<string | null>(null)
  const [error, setError] = useState<string | null>(null)
  const working = useRef(false)
  const run = async (what: string, work: () => Promise<void>): Promise<void> => {
    if (working.current) return
    working.current = true
    setBusy(what)
    setError(null)
    try {
      await work()
    } catch (failure) {
      setError((failure as Error).message)
    } finally {
      working.current = false
      setBusy(null)
    }
  }
  return { busy, error, run }
}
