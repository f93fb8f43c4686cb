import { useEffect, useState } from 'react'
import { useLive } from '../../../live/index.ts'
import { tellOn, type Look, type Story } from './story.ts'

const everyMs = 400

export interface Runtime {
  readonly look: Look | null
  readonly before: Look | null
  readonly story: Story
  /** the tabs of all looks, in the order in which they were met */
  readonly met: readonly string[]
  /** the coordinator did not answer the last question */
  readonly silent: boolean
}

/** Asks the coordinator twice a second how it stands, while somebody looks. */
export function useRuntime(): Runtime {
  const { client } = useLive()
  const [runtime, setRuntime] = useState<Runtime>({ look: null, before: null, story: [], met: [], silent: false })
  useEffect(() => {
    let wanted = true
    let timer: ReturnType<typeof setTimeout>
    const ask = async (): Promise<void> => {
      const facts = await client.runtime.facts()
      if (!wanted) return
      const at = Date.now()
      setRuntime((last) =>
        facts
          ? {
              look: { facts, at },
              before: last.look,
              story: tellOn(last.story, facts, at),
              met: [...new Set([...last.met, ...facts.tabs.map(({ tabId }) => tabId)])],
              silent: false,
            }
          : { ...last, silent: true },
      )
      timer = setTimeout(() => void ask(), everyMs)
    }
    void ask()
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [client])
  return runtime
}
