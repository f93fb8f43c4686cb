/** What stood in the database when something was ended, and what stands there since. */
export interface Trial {
  readonly what: 'leader' | 'coordinator'
  /** unix ms */
  readonly at: number
  readonly before: Held
}
export interface Held {
  /** events in the log */
  readonly events: number
  /** the newest of them by their ids, with their streams */
  readonly newest: readonly string[]
  /** local events that the server has not taken */
  readonly waiting: number
}

export interface Verdict {
  /** of the newest ones before, those that are not there any more */
  readonly lost: readonly string[]
  readonly before: number
  readonly after: number
}

/** Law: nothing is lost when all that were counted before are there. More may have come meanwhile, and be among the newest. */
export function judge(before: Held, after: Pick<Held, 'events'>, stillThere: ReadonlySet<string>): Verdict {
  const gone = before.newest.filter((key) => !stillThere.has(key))
  return { lost: gone, before: before.events, after: after.events }
}

export const nothingLost = ({ lost, before, after }: Verdict): boolean => lost.length === 0 && after >= before
