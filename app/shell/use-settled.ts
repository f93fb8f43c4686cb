import { useEffect, useState } from 'react'

/** False until what is on screen now has been painted: for queries that can wait, so that the first screen does not. */
export function useSettled(): boolean {
  const [settled, setSettled] = useState(false)
  useEffect(() => {
    const settle = () => setSettled(true)
    // a hidden tab paints nothing
    const timer = setTimeout(settle, 500)
    const frame = requestAnimationFrame(() => requestAnimationFrame(settle))
    return () => {
      clearTimeout(timer)
      cancelAnimationFrame(frame)
    }
  }, [])
  return settled
}
