import css from './Badge.module.css'

/** A number beside a name: what is unread. Who hears a page is told it in the name's label. */
export function Badge({ count, mentioned }: { count: number; mentioned: boolean }) {
  return (
    <span className={css.badge} data-mention={mentioned || undefined} aria-hidden>
      {count > 999 ? '999+' : count}
    </span>
  )
}
