import { FirstSteps } from './FirstSteps.tsx'
import css from './Welcome.module.css'

const nowhere: ReadonlySet<string> = new Set()

/** The first start: nothing here yet. */
export function Welcome() {
  return (
    <main className={css.welcome}>
      <div className={css.column}>
        <img src="/icon.svg" alt="" width="56" height="56" />
        <h1 className={css.title}>Rooms that are always there</h1>
        <p className={css.lead}>
          Your conversations live in this browser. Everything opens at once, works offline, and meets the others when
          there is a connection.
        </p>
        <FirstSteps joined={nowhere} done={() => {}} />
      </div>
    </main>
  )
}
