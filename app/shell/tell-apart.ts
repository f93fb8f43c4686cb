import { foldName } from '../../schema/events/names.ts'

/**
 * What is shown behind names that read the same: the first has nothing, the others are numbered. `named` in the order in
 * which they came, so that whoever comes later and takes a name is the one that is marked.
 *
 * Example: Ann, Bo, ann → { the second Ann: ' (2)' }.
 */
export function tellApart(
  named: readonly { readonly id: string; readonly name: string }[],
): ReadonlyMap<string, string> {
  const seen = new Map<string, number>()
  const marks = new Map<string, string>()
  for (const { id, name } of named) {
    const key = foldName(name)
    const count = (seen.get(key) ?? 0) + 1
    seen.set(key, count)
    if (count > 1) marks.set(id, ` (${count})`)
  }
  return marks
}
