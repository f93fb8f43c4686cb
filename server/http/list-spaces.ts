import type { SpaceList, SpaceSummary } from '../../schema/messages/http.ts'
import { isMember, type SpaceState } from '../../schema/rights/space-state.ts'
import type { Directory } from '../directory.ts'

/**
 * The spaces that a person may see, by pages: all of their own on the first, then the public ones, those with the most
 * members first (so that spaces without people, which anyone can make by the hundred, come last). `after` is the `next`
 * of the page before.
 */
export function listSpaces(directory: Directory, actor: string, after: string | null, limit: number): SpaceList {
  const summary = (space: SpaceState): SpaceSummary => {
    const { id, stream, name, visibility } = space
    const { head } = directory.entry(stream)!
    const messages = directory.messagesOf(space)
    return { id, stream, name, visibility, members: activeIn(space), messages, head, joined: isMember(space, actor) }
  }
  const all = [...directory.spaces()]
  const own = after === null ? all.filter((space) => isMember(space, actor)) : []
  const open = all
    .filter((space) => space.visibility === 'public' && !isMember(space, actor))
    .map((space) => ({ space, place: placeOf(activeIn(space), space.stream) }))
    .filter(({ place }) => after === null || place > after)
    .sort((a, b) => (a.place < b.place ? -1 : 1))
  const page = open.slice(0, limit)
  const next = open.length > limit ? page.at(-1)!.place : null
  return { spaces: [...own, ...page.map(({ space }) => space)].map(summary), next }
}

export const activeIn = (space: SpaceState): number => [...space.members].filter(([, member]) => member.active).length

/** sorts as text: more members come first */
const placeOf = (members: number, stream: string): string => `${String(1e9 - members).padStart(10, '0')} ${stream}`
