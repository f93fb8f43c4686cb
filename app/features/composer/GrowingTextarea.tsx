import { useLayoutEffect, useRef, type KeyboardEvent, type Ref, type TextareaHTMLAttributes } from 'react'
import { refuseFiles } from './refuse-files.ts'
import css from './GrowingTextarea.module.css'

interface Props extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange' | 'value'> {
  readonly value: string
  onChange(text: string): void
  /** Enter without Shift */
  onEnter(): void
  readonly ref?: Ref<HTMLTextAreaElement>
}

const longText = 6000

/** A text field as high as its text, up to 40 % of the screen. */
export function GrowingTextarea({ value, onChange, onEnter, onKeyDown, ref, ...rest }: Props) {
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
      onPaste={(event) => refuseFiles(event, event.clipboardData)}
    />
  )
}
