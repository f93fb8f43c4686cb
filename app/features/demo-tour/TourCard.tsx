import { Compass } from 'lucide-react'
import { openPanel } from '../../routes.ts'
import { Button } from '../../shell/Button.tsx'
import { useKept } from '../../shell/use-kept.ts'
import { tourKey } from './tour-key.ts'
import { nextStep, readDone, tourSteps } from './tour-steps.ts'
import css from './Tour.module.css'

/** Leads to the tour, and back to it. */
export function TourCard() {
  const [kept] = useKept(tourKey)
  const done = readDone(kept)
  const words =
    done.size === 0
      ? 'Tour: two minutes'
      : nextStep(done) === null
        ? 'Tour, again'
        : `Tour: ${done.size} of ${tourSteps.length}`
  return (
    <Button className={css.card!} onClick={() => openPanel({ kind: 'tour' })}>
      <Compass size={16} aria-hidden /> {words}
    </Button>
  )
}
