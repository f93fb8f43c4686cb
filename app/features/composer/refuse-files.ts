import { showToast } from '../../shell/toasts.tsx'

/** A picture that is pasted, or a file that is dropped, does not vanish without a word. Pasted text comes in as ever. */
export function refuseFiles(event: { preventDefault(): void }, data: DataTransfer | null): void {
  if (!data || data.files.length === 0 || data.getData('text/plain') !== '') return
  event.preventDefault()
  showToast({ text: 'Pictures and files cannot be sent yet. Only text can.' })
}

/** A file that is dropped anywhere would take the place of the app in this tab. */
export function refuseDroppedFiles(): () => void {
  const isFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
  const onDragOver = (event: DragEvent) => {
    if (isFile(event)) event.preventDefault()
  }
  const onDrop = (event: DragEvent) => {
    if (!isFile(event)) return
    event.preventDefault()
    refuseFiles(event, event.dataTransfer)
  }
  document.addEventListener('dragover', onDragOver)
  document.addEventListener('drop', onDrop)
  return () => {
    document.removeEventListener('dragover', onDragOver)
    document.removeEventListener('drop', onDrop)
  }
}
