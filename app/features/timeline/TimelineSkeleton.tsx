import css from './TimelineSkeleton.module.css'

const widths = [62, 38, 80, 54, 30, 71, 46]

/** Shown only when the very first load takes its time. */
export function TimelineSkeleton() {
  return (
    <div className={css.skeleton} role="status" aria-label="Loading messages">
      {widths.map((width) => (
        <div key={width} className={css.row}>
          <span className={css.avatar} />
          <span className={css.lines}>
            <span className={css.line} style={{ inlineSize: '120px' }} />
            <span className={css.line} style={{ inlineSize: `${width}%` }} />
          </span>
        </div>
      ))}
    </div>
  )
}
