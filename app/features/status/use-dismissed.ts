import type { Problem } from '../../../schema/messages/runtime/status.ts'
import { useKept } from '../../shell/use-kept.ts'

/** A problem that happened once is told once: what a person has read stays away, in every tab. */
export function useDismissed(problem: Problem | null): readonly [boolean, () => void] {
  const [dismissed, keep] = useKept('dismissed-problem')
  const name = problem?.at === undefined ? null : `${problem.code} ${problem.at}`
  return [name !== null && name === dismissed, () => void (name !== null && keep(name))]
}
