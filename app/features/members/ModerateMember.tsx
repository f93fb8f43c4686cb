import { useState, type FormEvent } from 'react'
import { bounds } from '../../../schema/events/bounds.ts'
import { useDispatch } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import { Field } from '../../shell/Field.tsx'
import { formatWhen } from '../../shell/format-time.ts'
import { showError } from '../../shell/toasts.tsx'
import type { MemberRow, SpaceRow } from '../spaces/spaces-query.ts'
import { banMember, muteMember } from './moderation-events.ts'
import css from './Members.module.css'

const hourMs = 3_600_000
const measures = [
  { name: 'Mute for 1 hour', ms: hourMs },
  { name: 'Mute for 1 day', ms: 24 * hourMs },
  { name: 'Mute for 7 days', ms: 7 * 24 * hourMs },
  { name: 'Ban', ms: null },
] as const

/** Mutes or bans somebody, with a reason that they and the other admins see. */
export function ModerateMember({ space, member, close }: { space: SpaceRow; member: MemberRow; close(): void }) {
  const dispatch = useDispatch()
  const [chosen, setChosen] = useState(0)
  const [reason, setReason] = useState('')
  const { ms } = measures[chosen]!
  const until = mutedUntil(member)
  const run = (event: ReturnType<typeof muteMember>) => {
    dispatch([event]).catch(showError)
    close()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const why = reason.trim()
    run(
      ms === null
        ? banMember(space, member.person_id, true, why)
        : muteMember(space, member.person_id, Date.now() + ms, why),
    )
  }
  return (
    <form className={css.asked} aria-label={`Mute or ban ${member.name}`} onSubmit={submit}>
      {until !== null && (
        <>
          <p>
            Muted until {formatWhen(until)}.{member.mute_reason ? ` The reason: ${member.mute_reason}` : ''}
          </p>
          <Button onClick={() => run(muteMember(space, member.person_id, 0, ''))}>Let {member.name} write again</Button>
        </>
      )}
      <label className={css.measure}>
        What to do
        <select
          className={css.role}
          autoFocus
          value={chosen}
          onChange={({ target }) => setChosen(Number(target.value))}
        >
          {measures.map(({ name }, at) => (
            <option key={name} value={at}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Field
        label="Reason"
        hint={`${member.name} and the members of this space can see it.`}
        value={reason}
        onChange={setReason}
        maxLength={bounds.reasonLength}
        autoComplete="off"
      />
      <p>
        {ms === null
          ? `${member.name} is out at once, and cannot come back, not by an invitation either, until an admin lifts the ban.`
          : `${member.name} can read, and write nothing meanwhile, in all rooms of this space.`}
      </p>
      <div className={css.buttons}>
        <Button type="submit" look="danger">
          {ms === null ? 'Ban' : 'Mute'}
        </Button>
        <Button onClick={close}>Cancel</Button>
      </div>
    </form>
  )
}

/** null: they may write */
export const mutedUntil = ({ muted_until: until = 0 }: MemberRow): number | null => (until > Date.now() ? until : null)
