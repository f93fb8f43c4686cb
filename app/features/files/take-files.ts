import { showToast } from '../../shell/toasts.tsx'

/** Where files that are dropped anywhere go: the field that was written in last, or else the newest. */
type Taker = (files: readonly File[]) => void
const takers: Taker[] = []

/** For as long as a field is there. The one that gets the focus comes last. */
export function takesFiles(taker: Taker): { first(): void; stop(): void } {
  const stop = () => {
    const at = takers.indexOf(taker)
    if (at >= 0) takers.splice(at, 1)
  }
  takers.push(taker)
  return {
    stop,
    first() {
      stop()
      takers.push(taker)
    },
  }
}

/** A file that is dropped anywhere would take the place of the app in this tab. */
export function takeDroppedFiles(): void {
  const isFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
  document.addEventListener('dragover', (event) => {
    if (isFile(event)) event.preventDefault()
  })
  document.addEventListener('drop', (event) => {
    if (!isFile(event)) return
    event.preventDefault()
    const taker = takers.at(-1)
    if (taker) taker([...event.dataTransfer!.files])
    else showToast({ text: 'Open a room to send files.' })
  })
}

/** Files that are pasted; none where text is pasted, which comes in as ever. */
export function pastedFiles(data: DataTransfer | null): readonly File[] {
  return !data || data.getData('text/plain') !== '' ? [] : [...data.files]
}
