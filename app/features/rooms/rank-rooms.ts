import { keyIn } from '../../../schema/events/key.ts'

import { foldName } from '../../../schema/events/names.ts'

interface Named {
  readonly stream: string
  readonly id: string
  readonly name: string
}

/**
 * Rooms for what was typed: a beginning before a word's beginning, before letters in their order; unread before read.
 * Nothing typed: the unread ones first.
 *
 * Example: 'gen' → general, agenda-gen, garden.
 */
export function rankRooms<Room extends Named>(
  rooms: readonly Room[],
  /** by keyIn(stream, id) */
  unread: ReadonlyMap<string, number>,
  typed: string,
): Room[] {
  const wanted = foldName(typed)
  return rooms
    .map((room, at) => ({ room, at, score: scoreOf(foldName(room.name), wanted) }))
    .filter(({ score }) => score > 0)
    .sort(
      (left, right) =>
        right.score - left.score ||
        Number(unread.has(keyOf(right.room))) - Number(unread.has(keyOf(left.room))) ||
        left.at - right.at,
    )
    .map(({ room }) => room)
}

const keyOf = ({ stream, id }: Named): string => keyIn(stream, id)

function scoreOf(name: string, wanted: string): number {
  if (wanted === '' || name.startsWith(wanted)) return 4
  if (name.split(/[\s_-]+/).some((word) => word.startsWith(wanted))) return 3
  if (name.includes(wanted)) return 2
  return inOrder(name, wanted) ? 1 : 0
}

function inOrder(name: string, wanted: string): boolean {
  let at = 0
  for (const letter of wanted) {
    at = name.indexOf(letter, at) + 1
    if (at === 0) return false
  }
  return true
}
