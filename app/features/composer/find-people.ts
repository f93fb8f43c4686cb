import { foldName } from '../../../schema/events/names.ts'

export interface Person {
  readonly person_id: string
  readonly name: string
}

/**
 * The people whom `typed` may mean: any word of a name may begin with it, whatever its case and accents. Names that begin
 * with it come first.
 *
 * Example: 'val' → Valerie, Ann Vale, Jean-Válery.
 */
export function findPeople<P extends Person>(people: readonly P[], typed: string, limit = 8): P[] {
  const wanted = foldName(typed)
  const first: P[] = []
  const later: P[] = []
  for (const person of people) {
    const name = folded(person.name)
    if (name.startsWith(wanted)) first.push(person)
    else if (startsAWord(name, wanted)) later.push(person)
    if (first.length === limit) break
  }
  return [...first, ...later].slice(0, limit)
}

function startsAWord(name: string, wanted: string): boolean {
  for (let at = name.indexOf(wanted); at > 0; at = name.indexOf(wanted, at + 1)) {
    if (!/[\p{L}\p{N}]/u.test(name[at - 1]!)) return true
  }
  return false
}

const known = new Map<string, string>()
function folded(name: string): string {
  let fold = known.get(name)
  if (fold === undefined) {
    if (known.size > 20_000) known.clear()
    known.set(name, (fold = foldName(name)))
  }
  return fold
}
