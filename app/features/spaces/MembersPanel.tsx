import { streamKind } from '../../../schema/events/streams.ts'
import { useLiveQuery } from '../../live/index.ts'
import { Avatar } from '../../shell/Avatar.tsx'
import { PanelFrame } from '../../shell/PanelFrame.tsx'
import { useNameMarks } from './name-marks.tsx'
import { membersOf, type SpaceRow } from './spaces-query.ts'
import css from './MembersPanel.module.css'

const shown = 500

/** Who is in the space. */
export function MembersPanel({ space }: { space: SpaceRow }) {
  const marks = useNameMarks()
  const { data, status } = useLiveQuery(membersOf(space.stream))
  const adminless =
    streamKind(space.stream) === 'space' &&
    data.length > 0 &&
    !data.some(({ role }) => role === 'owner' || role === 'admin')
  return (
    <PanelFrame kind="members" subtitle={status === 'ready' ? data.length.toLocaleString() : null} scroll>
      <ul>
        {data.slice(0, shown).map((member) => (
          <li key={member.person_id} className={css.member}>
            <Avatar id={member.person_id} name={member.name} size={28} />
            <span className={css.name}>
              {member.name}
              {marks.get(member.person_id)}
            </span>
            {member.person_id === space.me && <span className={css.flag}>you</span>}
            {member.role !== 'member' && <span className={css.flag}>{member.role}</span>}
          </li>
        ))}
      </ul>
      {adminless && (
        <p className={css.more}>
          No admin is left in this space. Everybody can go on reading and writing; what only an admin may do, such as
          renaming it or removing somebody, nobody can do any more.
        </p>
      )}
      {data.length > shown && <p className={css.more}>and {(data.length - shown).toLocaleString()} more</p>}
    </PanelFrame>
  )
}
