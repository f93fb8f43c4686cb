import { Gavel, UserMinus } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { Avatar } from '../../shell/Avatar.tsx'
import { Button, IconButton } from '../../shell/Button.tsx'
import { useNameMark } from '../spaces/name-marks.tsx'
import type { MemberRow, SpaceRow } from '../spaces/spaces-query.ts'
import { ModerateMember } from './ModerateMember.tsx'
import css from './Members.module.css'

interface MemberItemProps {
  readonly member: MemberRow
  readonly me: string
  readonly here: boolean
  readonly role: ReactNode
  /** the space where I may mute and ban them; null: I may not */
  readonly moderateIn?: SpaceRow | null
  /** null: I may not */
  readonly remove: { readonly label: string; readonly meaning: string; run(): void } | null
}

/** One person of a list of members. Removing somebody says what it means before it is done. */
export function MemberItem({ member, me, here, role, remove, moderateIn = null }: MemberItemProps) {
  const mark = useNameMark(member.person_id)
  const [asked, setAsked] = useState<'remove' | 'moderate' | null>(null)
  const close = () => setAsked(null)
  return (
    <li>
      <div className={css.member}>
        <Avatar id={member.person_id} name={member.name} size={28} here={here} />
        <span className={css.name}>
          {member.name}
          {mark}
        </span>
        {here && <span className="visually-hidden">, here now</span>}
        {member.person_id === me && <span className={css.flag}>you</span>}
        {role}
        {moderateIn && (
          <IconButton
            label={`Mute or ban ${member.name}`}
            aria-expanded={asked === 'moderate'}
            onClick={() => setAsked(asked === 'moderate' ? null : 'moderate')}
          >
            <Gavel size={16} aria-hidden />
          </IconButton>
        )}
        {remove && (
          <IconButton
            label={remove.label}
            aria-expanded={asked === 'remove'}
            onClick={() => setAsked(asked === 'remove' ? null : 'remove')}
          >
            <UserMinus size={16} aria-hidden />
          </IconButton>
        )}
      </div>
      {asked === 'moderate' && moderateIn && <ModerateMember space={moderateIn} member={member} close={close} />}
      {asked === 'remove' && remove && (
        <div className={css.asked} role="group" aria-label={remove.label}>
          <p>{remove.meaning}</p>
          <div className={css.buttons}>
            <Button look="danger" autoFocus onClick={remove.run}>
              Remove
            </Button>
            <Button onClick={close}>Cancel</Button>
          </div>
        </div>
      )}
    </li>
  )
}
