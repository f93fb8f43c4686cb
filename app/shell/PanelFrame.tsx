import { X, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { panels, type PanelKind } from '../panels.ts'
import { currentRoute, navigate } from '../routes.ts'
import { IconButton } from './Button.tsx'
import { ShortTime } from './ShortTime.tsx'
import { usePhone } from './use-phone.ts'
import css from './PanelFrame.module.css'

/** The right panel: a title, a way out, the content. */
export function PanelFrame(props: { kind: PanelKind; subtitle: string | null; scroll?: boolean; children: ReactNode }) {
  const { title } = panels[props.kind]
  // on a phone it is all there is
  const alone = usePhone()
  const Title = alone ? 'h1' : 'h2'
  return (
    <div
      role={alone ? 'main' : 'complementary'}
      className={css.panel}
      data-focus="panel"
      tabIndex={-1}
      aria-label={title}
      onKeyDown={(event) => event.key === 'Escape' && !event.defaultPrevented && closePanel()}
    >
      <div className={css.head}>
        <Title className={css.title}>{title}</Title>
        {props.subtitle && (
          <span className={css.subtitle} title={props.subtitle}>
            {props.subtitle}
          </span>
        )}
        <IconButton label="Close panel" onClick={closePanel}>
          <X size={18} aria-hidden />
        </IconButton>
      </div>
      {props.scroll ? <div className={css.scroll}>{props.children}</div> : props.children}
    </div>
  )
}

function closePanel(): void {
  navigate({ ...currentRoute(), panel: null, message: null })
}

export function EmptyPanel({ icon: Icon, text }: { icon: LucideIcon; text: string }) {
  return (
    <div className={css.empty}>
      <Icon size={28} strokeWidth={1.5} aria-hidden />
      <p>{text}</p>
    </div>
  )
}

/** A message in a list of found or pinned ones; a click shows it in its place. */
export function MessageCard(props: {
  author: string
  where?: string
  at: number
  onOpen(): void
  children: ReactNode
}) {
  return (
    <button type="button" className={css.card} onClick={props.onOpen}>
      <span className={css.by}>
        <b>{props.author}</b>
        {props.where && <span className={css.where}>{props.where}</span>}
        <span className={css.at}>
          <ShortTime at={props.at} />
        </span>
      </span>
      <span className={css.text} dir="auto">
        {props.children}
      </span>
    </button>
  )
}
