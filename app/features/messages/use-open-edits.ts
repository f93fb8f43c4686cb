import { useCallback, useMemo, useState } from 'react'
import { useLiveQuery } from '../../live/index.ts'
import { openEditsOf } from '../composer/draft-storage.ts'

/**
 * Which messages show an editor: those whose edit was begun here, and those with an edit that was begun anywhere and not
 * saved: in a room that was left, before a reload, in another tab. One that was ended here stays closed while its draft
 * is still on its way out.
 */
export function useOpenEdits(stream: string) {
  const { data } = useLiveQuery(openEditsOf(stream))
  const stored = useMemo(() => new Set(data.map((row) => row.message)), [data])
  const [begun, setBegun] = useState<ReadonlySet<string>>(new Set())
  const [ended, setEnded] = useState<ReadonlySet<string>>(new Set())
  const leaving = [...ended].filter((message) => stored.has(message))
  if (leaving.length < ended.size) setEnded(new Set(leaving))

  const isEditing = useCallback(
    (message: string) => begun.has(message) || (stored.has(message) && !ended.has(message)),
    [begun, stored, ended],
  )
  const begin = useCallback((message: string) => {
    setBegun((before) => new Set(before).add(message))
    setEnded((before) => without(before, message))
  }, [])
  const end = useCallback((message: string) => {
    setBegun((before) => without(before, message))
    setEnded((before) => new Set(before).add(message))
  }, [])
  return { isEditing, begin, end }
}

function without(set: ReadonlySet<string>, message: string): ReadonlySet<string> {
  const next = new Set(set)
  next.delete(message)
  return next
}
