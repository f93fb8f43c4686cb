import { Plus } from 'lucide-react'
import { useMemo } from 'react'
import { isFromFile } from '../../../schema/events/streams.ts'
import { useLiveQuery } from '../../live/index.ts'
import { formatRoute, navigate } from '../../routes.ts'
import { initials } from '../../shell/Avatar.tsx'
import { useActors } from '../identity/identity.ts'
import { unreadRooms } from '../rooms/rooms-query.ts'
import type { SpaceRow } from './spaces-query.ts'
import css from './SpaceRail.module.css'

/** The spaces, top to bottom, and the way to more of them. */
export function SpaceRail({
  spaces,
  current,
  onAdd,
}: {
  spaces: readonly SpaceRow[]
  current: string | null
  onAdd(): void
}) {
  const { data: unread } = useLiveQuery(unreadRooms(useActors()))
  const counts = useMemo(() => {
    const bySpace = new Map<string, number>()
    for (const row of unread) {
      bySpace.set(row.space_id, (bySpace.get(row.space_id) ?? 0) + row.unread)
    }
    return bySpace
  }, [unread])
  return (
    <nav className={css.rail} aria-label="Spaces">
      <ul className={css.spaces}>
        {spaces.map((space) => {
          const count = counts.get(space.id) ?? 0
          const here = space.id === current
          const name = isFromFile(space.id) ? `${space.name}, from a file` : space.name
          return (
            <li key={space.id} className={css.item} data-here={here || undefined} data-unread={count > 0 || undefined}>
              <a
                className={css.space}
                href={formatRoute({ space: space.id })}
                title={name}
                aria-label={count > 0 && !here ? `${name}, ${count} unread` : name}
                aria-current={here ? 'true' : undefined}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return
                  event.preventDefault()
                  navigate({ space: space.id })
                }}
              >
                {initials(space.name)}
              </a>
            </li>
          )
        })}
      </ul>
      <button type="button" className={css.add} title="Add a space" aria-label="Add a space" onClick={onAdd}>
        <Plus size={20} aria-hidden />
      </button>
    </nav>
  )
}
