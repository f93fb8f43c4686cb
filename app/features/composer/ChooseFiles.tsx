import { Paperclip } from 'lucide-react'
import { useRef } from 'react'
import { IconButton } from '../../shell/Button.tsx'

/** The button that asks the browser for files. */
export function ChooseFiles({ onChoose }: { onChoose(files: readonly File[]): void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton label="Attach files" onClick={() => input.current?.click()}>
        <Paperclip size={18} aria-hidden />
      </IconButton>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to attach"
        onChange={({ target }) => {
          onChoose([...(target.files ?? [])])
          target.value = '' // the same file can be chosen again
        }}
      />
    </>
  )
}
