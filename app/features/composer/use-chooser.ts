import { useEffect, useMemo, useRef, type Dispatch, type SetStateAction } from 'react'
import { bounds } from '../../../schema/events/bounds.ts'
import { showError, showToast } from '../../shell/toasts.tsx'
import { readChosen, type ChosenFile } from '../files/read-chosen.ts'
import { takesFiles } from '../files/take-files.ts'

/** Takes files that are chosen, pasted or dropped into a message that is being written; one at a time is read. */
export function useChooser(setChosen: Dispatch<SetStateAction<readonly ChosenFile[]>>): {
  take(files: readonly File[]): void
  /** files that are dropped come here, until another field has the focus */
  first(): void
} {
  const reading = useRef(Promise.resolve())
  const chooser = useMemo(() => {
    const takeOne = async (file: File) => {
      const read = await readChosen(file)
      setChosen((chosen) => {
        if (chosen.length < bounds.files) return [...chosen, read]
        showToast({ text: `A message takes ${bounds.files} files. Send the others with the next one.` })
        return chosen
      })
    }
    const take = (files: readonly File[]) => {
      for (const file of files) reading.current = reading.current.then(() => takeOne(file)).catch(showError)
    }
    return { take }
  }, [setChosen])
  const target = useRef<ReturnType<typeof takesFiles> | null>(null)
  useEffect(() => {
    target.current = takesFiles(chooser.take)
    return () => target.current?.stop()
  }, [chooser])
  return { take: chooser.take, first: () => target.current?.first() }
}
