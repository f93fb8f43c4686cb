import { isImporter } from '../../schema/rights/importers.ts'
import { Fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import { Buckets } from '../rate.ts'

/** How much one person may append, and how many spaces they may found; an importer brings a whole history. */
export interface Admission {
  /** Counts one append, or throws a Fault that says when to come again. */
  count(actor: string, events: number, bytes: number, founds: boolean): void
}
type AdmissionLimits = Pick<
  Limits,
  'eventsPerPerson' | 'bytesPerPerson' | 'eventsPerImporter' | 'bytesPerImporter' | 'spacesPerPerson'
>

export function startAdmission(limits: AdmissionLimits): Admission {
  const spaces = new Buckets(limits.spacesPerPerson)
  const ofPersons = { events: new Buckets(limits.eventsPerPerson), bytes: new Buckets(limits.bytesPerPerson) }
  const ofImporters = { events: new Buckets(limits.eventsPerImporter), bytes: new Buckets(limits.bytesPerImporter) }
  return {
    count(actor, events, bytes, founds) {
      const buckets = isImporter(actor) ? ofImporters : ofPersons
      refuse(buckets.events.take(actor, events), 'so many events')
      refuse(buckets.bytes.take(actor, bytes), 'so many bytes')
      if (founds) refuse(spaces.take(actor), 'so many new spaces or private rooms')
    },
  }
}

function refuse(waitSeconds: number, what: string): void {
  if (waitSeconds === 0) return
  throw new Fault('TOO_MANY_REQUESTS', `you sent ${what}: try again in ${waitSeconds} s`, {
    retryAfterSeconds: waitSeconds,
  })
}
