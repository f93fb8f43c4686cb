import { useId, type InputHTMLAttributes, type Ref } from 'react'
import css from './Field.module.css'

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> {
  readonly label: string
  readonly hint?: string
  /** why what is typed cannot be taken */
  readonly fault?: string | null
  readonly ref?: Ref<HTMLInputElement>
  onChange(text: string): void
}

/** A labelled line of text. */
export function Field({ label, hint, fault = null, onChange, ...rest }: FieldProps) {
  const id = useId()
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ')
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        id={id}
        aria-describedby={described || undefined}
        aria-invalid={fault !== null || undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {fault && (
        <p id={`${id}-fault`} className={css.fault} role="alert">
          {fault}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className={css.hint}>
          {hint}
        </p>
      )}
    </div>
  )
}
