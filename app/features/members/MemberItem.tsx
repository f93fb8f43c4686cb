import { UserMinus } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { Avatar } from '../../shell/Avatar.tsx'
import { Button, IconButton } from '../../shell/Button.tsx'
import { useNameMark } from '../spaces/name-marks.tsx'
import css from './Members.module.css'

interface MemberItemProps {
  readonly member: { readonly person_id: string; readonly name: string }
  readonly me: string
  readonly here: boolean
  readonly role: ReactNode
  /** null: I may not */
  readonly remove: { readonly label: string; readonly meaning: string; run(): void } | null
}

/** One person of a list of members. Removing somebody says what it means before it is done. */
export function MemberItem({ member, me, here, role, remove }: MemberItemProps) {
  const mark = useNameMark(member.person_id)
  const [asked, setAsked] = useState(false)
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
        {remove && (
          <IconButton label={remove.label} aria-expanded={asked} onClick={() => setAsked(!asked)}>
            <UserMinus size={16} aria-hidden />
          </IconButton>
        )}
      </div>
      {asked && remove && (
        <div className={css.asked} role="group" aria-label={remove.label}>
          <p>{remove.meaning}</p>
          <div className={css.buttons}>
            <Button look="danger" autoFocus onClick={remove.run}>
              Remove
            </Button>
            <Button onClick={() => setAsked(false)}>Cancel</Button>
          </div>
        </div>
      )}
    </li>
  )
}
