import { useEffect, useState } from 'react'
import * as Y from 'yjs'
import { mergedDoc } from '../../../schema/pages/page-doc.ts'
import { useLive } from '../../live/index.ts'
import { updatesUpTo } from './pages-query.ts'

/** A page as its events up to a clock made it; null while it is read. */
export function useVersion(stream: string, page: string, clock: string): Uint8Array | null {
  const { client } = useLive()
  const [read, setRead] = useState<{ clock: string; state: Uint8Array } | null>(null)
  const [error, setError] = useState<Error | null>(null)
  useEffect(() => {
    let wanted = true
    client.query(updatesUpTo, [stream, page, BigInt(clock)]).then(
      ({ rows }) => {
        if (!wanted) return
        const state = Y.encodeStateAsUpdate(mergedDoc(rows.map(([bytes]) => bytes as Uint8Array)))
        setRead({ clock, state })
      },
      (failed: Error) => wanted && setError(failed),
    )
    return () => {
      wanted = false
    }
  }, [client, stream, page, clock])
  if (error) throw error
  return read?.clock === clock ? read.state : null
}
