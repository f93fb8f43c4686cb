import type { RuntimeFacts } from '../../../schema/messages/runtime/facts.ts'
import type { FromTab } from '../../../schema/messages/runtime/tab.ts'
import type { Clock } from '../platform/clock.ts'
import type { RuntimeSwitches } from './client.ts'

/** A question that a dead coordinator took with it is not asked again: it is answered with null. */
const patienceMs = 1_000

export interface AskedRuntime extends RuntimeSwitches {
  answered(n: number, facts: RuntimeFacts): void
}

export function runtimeSwitches(clock: Clock, post: (message: FromTab) => void): AskedRuntime {
  const asked = new Map<number, (facts: RuntimeFacts | null) => void>()
  let asks = 0
  const answer = (n: number, facts: RuntimeFacts | null) => {
    asked.get(n)?.(facts)
    asked.delete(n)
  }
  return {
    facts() {
      const n = ++asks
      const answered = new Promise<RuntimeFacts | null>((resolve) => asked.set(n, resolve))
      const cancel = clock.after(patienceMs, () => answer(n, null))
      post({ type: 'ASK_RUNTIME', n })
      return answered.finally(cancel)
    },
    answered: answer,
    endLeader: () => post({ type: 'END_LEADER' }),
    endCoordinator: () => post({ type: 'END_COORDINATOR' }),
  }
}
