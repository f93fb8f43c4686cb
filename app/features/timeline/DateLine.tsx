import { formatDay } from '../../shell/format-time.ts'
import { useToday } from '../../shell/today.ts'
import type { TimelineItem } from './timeline-items.ts'
import css from './Timeline.module.css'

/** Where a day begins. */
export function DateLine({ item }: { item: Extract<TimelineItem, { kind: 'date' }> }) {
  const day = formatDay(item.at, useToday())
  return (
    <div data-key={item.key} className={css.date} role="separator" aria-label={day}>
      <span>{day}</span>
    </div>
  )
}
