import { useState, type InputHTMLAttributes } from 'react'
import { cleanName, foldName } from '../../schema/events/names.ts'
import { Field } from './Field.tsx'

interface NameFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  readonly label: string
  readonly value: string
  readonly hint?: string
  /** why it cannot be given, once somebody tried */
  readonly fault: string | null
  onChange(text: string): void
}

/** Where somebody gives a name. It says what it will be called when that is not what was typed. */
export function NameField({ value, fault, hint, ...rest }: NameFieldProps) {
  const name = cleanName(value)
  const differs = name !== '' && name !== value.normalize('NFC').replace(/\s+/gu, ' ').trim()
  const words = differs ? `It will be called “${name}”: characters that cannot be seen are left out.` : hint
  return <Field {...rest} value={value} {...(words === undefined ? {} : { hint: words })} fault={fault} />
}

/** A name on its way from a NameField into a form. `give` answers null where the field says why it cannot be given. */
export function useGivenName(what: string) {
  const [typed, setTyped] = useState('')
  const [fault, setFault] = useState<string | null>(null)
  const onChange = (text: string) => {
    setTyped(text)
    setFault(null)
  }
  const give = (taken: readonly { readonly name: string }[] = []): string | null => {
    const given = givenName(typed, what, taken)
    setFault(given.fault)
    return given.name
  }
  return { field: { value: typed, fault, onChange }, give }
}

/** The name that was given, or why it cannot be. `taken` are names that read the same as no new one may. */
export function givenName(
  typed: string,
  what: string,
  taken: readonly { readonly name: string }[] = [],
): { readonly name: string; readonly fault: null } | { readonly name: null; readonly fault: string } {
  const name = cleanName(typed)
  if (!name) return { name: null, fault: 'A name needs a character that can be seen.' }
  const key = foldName(name)
  const other = taken.find((each) => foldName(each.name) === key)
  return other
    ? { name: null, fault: `There is already a ${what} called “${other.name}”. Choose another name.` }
    : { name, fault: null }
}
