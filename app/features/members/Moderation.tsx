import { useState } from 'react'
import { useDispatch, useLiveQuery } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import { formatWhen } from '../../shell/format-time.ts'
import { showError } from '../../shell/toasts.tsx'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { banMember, bannedFrom, moderationOf, type ModerationRow } from './moderation-events.ts'
import css from './Members.module.css'

/** For admins: who is banned, and what was done about whom. */
export function Moderation({ space }: { space: SpaceRow }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Banned space={space} />
      <Button aria-expanded={open} onClick={() => setOpen(!open)}>
        Moderation log
      </Button>
      {open && <Log space={space} />}
    </>
  )
}

function Banned({ space }: { space: SpaceRow }) {
  const dispatch = useDispatch()
  const { data } = useLiveQuery(bannedFrom(space.stream))
  if (data.length === 0) return null
  return (
    <section className={css.adding} aria-label="Banned">
      <h3 className={css.heading}>Banned</h3>
      <ul className={css.log}>
        {data.map(({ person_id: person, name, ban_reason: reason }) => (
          <li key={person} className={css.entry}>
            <span>
              {name}
              {reason && <span className={css.facts}>{reason}</span>}
            </span>
            <Button
              aria-label={`Lift the ban of ${name}`}
              onClick={() => void dispatch([banMember(space, person, false, '')]).catch(showError)}
            >
              Lift the ban
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Log({ space }: { space: SpaceRow }) {
  const { data, status } = useLiveQuery(moderationOf(space.stream))
  if (status !== 'ready') return null
  if (data.length === 0) return <p className={css.facts}>Nothing was done about anybody yet.</p>
  return (
    <ul className={css.log} aria-label="Moderation log">
      {data.map((row) => (
        <li key={row.event_id}>
          {row.actor ?? row.actor_id} {didTo(row, row.person ?? row.person_id)}
          <span className={css.facts}>
            {formatWhen(row.at)}
            {row.reason && ` · ${row.reason}`}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Goes on from the name of who did it. */
export function didTo(
  { event_type: type, detail }: Pick<ModerationRow, 'event_type' | 'detail'>,
  person: string,
): string {
  switch (type) {
    case 'member.leave':
      return `removed ${person}`
    case 'member.role':
      return `made ${person} ${detail === 'owner' || detail === 'admin' ? 'an' : 'a'} ${detail}`
    case 'member.ban':
      return detail === '1' ? `banned ${person}` : `lifted the ban of ${person}`
    case 'member.mute':
      return detail === '0' ? `let ${person} write again` : `muted ${person} until ${formatWhen(Number(detail))}`
    case 'message.delete':
      return `deleted a message of ${person}`
    default:
      return `deleted a message of ${person} for good`
  }
}
