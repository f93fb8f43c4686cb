import { formatDay } from '../../shell/format-time.ts'
import type { TimelineItem } from './timeline-items.ts'
import css from './Timeline.module.css'

/** Where a day begins. */
export function DateLine({ item }: { item: Extract<TimelineItem, { kind: 'date' }> }) {
  return (
    <div data-key={item.key} className={css.date} role="separator" aria-label={formatDay(item.at)}>
      <span>{formatDay(item.at)}</span>
    </div>
  )
}
