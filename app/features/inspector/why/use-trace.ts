import { useEffect, useState } from 'react'
import type { EventTrace, RowTrace } from '../../../../schema/messages/trace.ts'
import { useLive } from '../../../live/index.ts'
import { printSubject, type Subject } from './subject.ts'

export type Traced =
  { readonly kind: 'row'; readonly trace: RowTrace } | { readonly kind: 'event'; readonly trace: EventTrace }

const everyMs = 1_000

/** Asked anew every second: a row may change while one looks at it. */
export function useTrace(subject: Subject): { readonly traced: Traced | null; readonly error: Error | null } {
  const { client } = useLive()
  const key = printSubject(subject)
  const [found, setFound] = useState<{ key: string; text: string; traced: Traced | null; error: Error | null }>({
    key: '',
    text: '',
    traced: null,
    error: null,
  })
  useEffect(() => {
    let wanted = true
    let timer: ReturnType<typeof setTimeout>
    const ask = async (): Promise<void> => {
      try {
        const traced: Traced =
          subject.kind === 'row'
            ? { kind: 'row', trace: await client.traceRow(subject.row) }
            : { kind: 'event', trace: await client.traceEvent(subject.event) }
        const text = JSON.stringify(traced)
        if (wanted)
          setFound((last) => (last.key === key && last.text === text ? last : { key, text, traced, error: null }))
      } catch (error) {
        if (wanted) setFound((last) => ({ ...last, key, error: error as Error }))
      }
      if (wanted) timer = setTimeout(() => void ask(), everyMs)
    }
    void ask()
    return () => {
      wanted = false
      clearTimeout(timer)
    }
    // oxlint-disable-next-line react/exhaustive-deps -- the key stands for the subject
  }, [client, key])
  return found.key === key ? found : { traced: null, error: null }
}
