import { Check } from 'lucide-react'
import { openInspector, openPanel } from '../../routes.ts'
import { Button } from '../../shell/Button.tsx'
import { PanelFrame } from '../../shell/PanelFrame.tsx'
import { useKept } from '../../shell/use-kept.ts'
import { tourKey } from './tour-key.ts'
import { nextStep, readDone, tourSteps, writeDone, type TourStep } from './tour-steps.ts'
import css from './Tour.module.css'

/** The steps of the tour, in order; each can be done at any time, and again. What was done is kept on this device. */
export function TourPanel() {
  const [kept, keep] = useKept(tourKey)
  const done = readDone(kept)
  const next = nextStep(done)
  const tick = (step: TourStep) => keep(writeDone(new Set([...done, step])))
  return (
    <PanelFrame kind="tour" subtitle={`${done.size} of ${tourSteps.length} done`} scroll>
      <ol className={css.steps}>
        {tourSteps.map(({ name, title, see, button }) => (
          <li
            key={name}
            className={css.step}
            data-done={done.has(name) || undefined}
            aria-current={next === name ? 'step' : undefined}
          >
            <h3>
              {title}
              {done.has(name) && (
                <>
                  <Check size={16} aria-hidden />
                  <span className="visually-hidden">, done</span>
                </>
              )}
            </h3>
            <p>{see}</p>
            <Button
              look={next === name ? 'primary' : 'plain'}
              onClick={() => {
                tick(name)
                begin(name)
              }}
            >
              {button}
            </Button>
          </li>
        ))}
      </ol>
      <p className={css.end} role="status">
        {next === null && 'That is all. The same holds for a space that you share with others.'}
      </p>
    </PanelFrame>
  )
}

function begin(step: TourStep): void {
  switch (step) {
    case 'second-tab':
      return void window.open(location.href, '_blank')
    case 'leader':
      return openInspector({ part: 'tabs', of: null })
    case 'network':
      return location.reload()
    case 'query':
      return openInspector()
    case 'view':
      return openPanel({ kind: 'query', sql: whoWritesMost, name: 'Who writes most' })
  }
}

const whoWritesMost =
  'SELECT author_name AS who, count(*) AS messages\nFROM timeline_items WHERE deleted = 0\nGROUP BY author_name ORDER BY messages DESC LIMIT 10'
