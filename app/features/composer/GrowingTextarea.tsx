import { useLayoutEffect, useRef, type KeyboardEvent, type Ref, type TextareaHTMLAttributes } from 'react'
import { showToast } from '../../shell/toasts.tsx'
import { pastedFiles } from '../files/take-files.ts'
import css from './GrowingTextarea.module.css'

interface Props extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange' | 'value'> {
  readonly value: string
  onChange(text: string): void
  /** Enter without Shift */
  onEnter(): void
  /** files that are pasted; absent: none can be */
  onFiles?(files: readonly File[]): void
  readonly ref?: Ref<HTMLTextAreaElement>
}

const longText = 6000

/** A text field as high as its text, up to 40 % of the screen. */
export function GrowingTextarea({ value, onChange, onEnter, onFiles, onKeyDown, ref, ...rest }: Props) {
  const own = useRef<HTMLTextAreaElement | null>(null)
  // as high as it gets: to measure all of it at every key would cost more than the key
  const long = value.length > longText
  useLayoutEffect(() => {
    const field = own.current
    if (!field || CSS.supports('field-sizing', 'content')) return
    field.style.blockSize = long ? '' : 'auto'
    if (long) return
    field.style.blockSize = `${field.scrollHeight}px`
  })

  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    onKeyDown?.(event)
    if (event.defaultPrevented || event.key !== 'Enter' || event.shiftKey) return
    event.preventDefault()
    onEnter()
  }

  return (
    <textarea
      rows={1}
      {...rest}
      ref={(field) => {
        own.current = field
        if (typeof ref === 'function') ref(field)
        else if (ref) ref.current = field
      }}
      className={css.field}
      data-long={long || undefined}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={keyDown}
      onPaste={(event) => {
        const files = pastedFiles(event.clipboardData)
        if (files.length === 0) return
        event.preventDefault()
        if (onFiles) onFiles(files)
        else showToast({ text: 'Files go with a new message. They cannot be added here.' })
      }}
    />
  )
}
