import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import css from './Button.module.css'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'primary' | 'plain' | 'danger'
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', className, ...rest }: ButtonProps) {
  return <button type="button" {...rest} className={`${css.button} ${css[look]} ${className ?? ''}`} />
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** its accessible name and its tooltip */
  readonly label: string
  readonly children: ReactNode
  readonly ref?: Ref<HTMLButtonElement>
}

export function IconButton({ label, className, ...rest }: IconButtonProps) {
  return (
    <button type="button" title={label} aria-label={label} {...rest} className={`${css.icon} ${className ?? ''}`} />
  )
}
