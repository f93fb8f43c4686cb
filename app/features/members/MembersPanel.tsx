import { streamKind } from '../../../schema/events/streams.ts'
import { givenRoles, isGivenRole, type GivenRole } from '../../../schema/rights/roles.ts'
import { useDispatch, useLiveQuery } from '../../live/index.ts'
import { PanelFrame } from '../../shell/PanelFrame.tsx'
import { showError } from '../../shell/toasts.tsx'
import { Invitations } from '../invitations/Invitations.tsx'
import { usePresence } from '../presence/presence.ts'
import { giveRole, leaveSpace } from '../spaces/space-events.ts'
import { membersOf, type MemberRow, type SpaceRow } from '../spaces/spaces-query.ts'
import { MemberItem } from './MemberItem.tsx'
import { mayInSpace } from './my-rights.ts'
import { mutedUntil } from './ModerateMember.tsx'
import { Moderation } from './Moderation.tsx'
import { TwoSteps } from './TwoSteps.tsx'
import css from './Members.module.css'

const shown = 500

/** Who is in the space, and what each may do in it. Who may change that does it here. */
export function MembersPanel({ space }: { space: SpaceRow }) {
  const dispatch = useDispatch()
  const { data, status } = useLiveQuery(membersOf(space.stream))
  const present = usePresence().get(space.stream)
  const onServer = streamKind(space.stream) === 'space'
  const adminless = onServer && data.length > 0 && !data.some(({ role }) => role === 'owner' || role === 'admin')
  const leave = (person: MemberRow) => {
    dispatch([leaveSpace(space, person.person_id)]).catch(showError)
  }
  const me = data.find((member) => member.person_id === space.me)
  const mayRemove = (person: string) =>
    onServer && person !== space.me && mayInSpace(space, { append: 'member.leave', entity: person }, data)
  const mayModerate = (person: string) => onServer && mayInSpace(space, { append: 'member.ban', entity: person }, data)
  return (
    <PanelFrame kind="members" subtitle={status === 'ready' ? data.length.toLocaleString() : null} scroll>
      <ul>
        {data.slice(0, shown).map((member) => (
          <MemberItem
            key={member.person_id}
            member={member}
            me={space.me}
            here={present?.get(member.person_id)?.here ?? false}
            role={
              <>
                {mutedUntil(member) !== null && <span className={css.flag}>muted</span>}
                <MemberRole
                  member={member}
                  roles={onServer ? rolesFor(space, member, data) : []}
                  onChange={(role) => dispatch([giveRole(space, member.person_id, role)]).catch(showError)}
                />
              </>
            }
            moderateIn={mayModerate(member.person_id) ? space : null}
            remove={
              mayRemove(member.person_id)
                ? {
                    label: `Remove ${member.name}`,
                    meaning: `${member.name} can no longer read or write here, and comes back only by an invitation.`,
                    run: () => leave(member),
                  }
                : null
            }
          />
        ))}
      </ul>
      {data.length > shown && <p className={css.more}>and {(data.length - shown).toLocaleString()} more</p>}
      {adminless && (
        <p className={css.more}>
          No admin is left in this space. Everybody can go on reading and writing; what only an admin may do, such as
          renaming it or removing somebody, nobody can do any more.
        </p>
      )}
      {onServer && me && (
        <div className={css.foot}>
          {mayInSpace(space, { append: 'invite.create' }, data) && (
            <Invitations
              space={space}
              mayGive={(role) => mayInSpace(space, { append: 'invite.create', entity: 'new', payload: { role } }, data)}
            />
          )}
          {mayInSpace(space, { append: 'member.ban' }, data) && <Moderation space={space} />}
          {mayInSpace(space, { append: 'member.leave', entity: space.me }, data) ? (
            <TwoSteps
              label="Leave this space"
              meaning={`${space.name} and its rooms leave this device.${space.visibility === 'public' ? '' : ' You come back only by an invitation.'}`}
              confirm="Leave"
              onConfirm={() => leave(me)}
            />
          ) : (
            <p className={css.more}>You are the last owner. Make somebody else an owner before you leave.</p>
          )}
        </div>
      )}
    </PanelFrame>
  )
}

/** The roles that I may give to somebody; the one that they have is among them. Fewer than two: none to choose. */
function rolesFor(space: SpaceRow, member: MemberRow, all: readonly MemberRow[]): readonly GivenRole[] {
  const mayGive = (role: GivenRole) =>
    mayInSpace(space, { append: 'member.role', entity: member.person_id, payload: { role } }, all)
  return givenRoles.filter((role) => role === member.role || mayGive(role))
}

function MemberRole(props: { member: MemberRow; roles: readonly GivenRole[]; onChange(role: GivenRole): void }) {
  const { member, roles, onChange } = props
  if (roles.length < 2) {
    return member.role === 'member' ? null : <span className={css.flag}>{member.role}</span>
  }
  return (
    <select
      className={css.role}
      aria-label={`Role of ${member.name}`}
      value={member.role}
      onChange={({ target }) => isGivenRole(target.value) && onChange(target.value)}
    >
      {roles.map((role) => (
        <option key={role} value={role}>
          {role}
        </option>
      ))}
    </select>
  )
}
