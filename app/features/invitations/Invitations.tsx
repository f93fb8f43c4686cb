import { Copy, Link, X } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { standingOf } from '../../../schema/rights/invitations.ts'
import { invitedRoles, isGivenRole, type InvitedRole } from '../../../schema/rights/roles.ts'
import { useDispatch, useLiveQuery } from '../../live/index.ts'
import { Button, IconButton } from '../../shell/Button.tsx'
import { formatWhen } from '../../shell/format-time.ts'
import { showError } from '../../shell/toasts.tsx'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { createInvitation, invitationsOf, revokeInvitation, type InvitationRow } from './invitation-events.ts'
import { formatInvitation, makeSecret } from './invitation-link.ts'
import css from './Invitations.module.css'

const hourMs = 3_600_000
const lives = [
  { name: '1 hour', ms: hourMs },
  { name: '1 day', ms: 24 * hourMs },
  { name: '7 days', ms: 7 * 24 * hourMs },
  { name: '30 days', ms: 30 * 24 * hourMs },
] as const
const uses = [1, 5, 25, 100, 1000] as const

/** Links that let people into the space: made, listed, taken back. For its admins. `mayGive`: roles that I may give. */
export function Invitations({ space, mayGive }: { space: SpaceRow; mayGive(role: InvitedRole): boolean }) {
  const dispatch = useDispatch()
  const { data } = useLiveQuery(invitationsOf(space.stream))
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState<string | null>(null)
  const open = data.filter((row) => isOpen(row))

  const make = async (role: InvitedRole, lifeMs: number, times: number) => {
    const { secret, hash } = await makeSecret()
    const { invitation, event } = createInvitation(space, {
      role,
      hash,
      expiresAt: Date.now() + lifeMs,
      uses: times,
    })
    await dispatch([event])
    setMaking(false)
    setMade(location.origin + formatInvitation({ space: space.id, invitation, secret }))
  }

  return (
    <section className={css.invitations} aria-labelledby="invitations-title">
      <h3 id="invitations-title" className={css.title}>
        Invitations
      </h3>
      {made !== null && <MadeLink link={made} close={() => setMade(null)} />}
      {making ? (
        <MakeInvitation
          roles={invitedRoles.filter(mayGive)}
          make={(role, ms, times) => void make(role, ms, times).catch(showError)}
          cancel={() => setMaking(false)}
        />
      ) : (
        <Button onClick={() => setMaking(true)}>
          <Link size={16} aria-hidden /> Invite people
        </Button>
      )}
      {open.length > 0 && (
        <ul className={css.list}>
          {open.map((row) => (
            <li key={row.id} className={css.row}>
              <span className={css.about}>
                <span>
                  As {row.role} · {row.used} of {row.uses} used
                </span>
                <span className={css.facts}>
                  by {row.maker_id === space.me ? 'you' : row.maker}, until {formatWhen(row.expires_at)}
                </span>
              </span>
              <IconButton
                label={`Take back the invitation as ${row.role} until ${formatWhen(row.expires_at)}`}
                onClick={() => void dispatch([revokeInvitation(space, row.id)]).catch(showError)}
              >
                <X size={16} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function isOpen({ maker_role: role, expires_at: expiresAt, uses, used, ...rest }: InvitationRow): boolean {
  const maker = isGivenRole(role) ? role : 'removed'
  return standingOf({ role: rest.role, expiresAt, uses, used, revoked: false }, maker, Date.now()) === 'open'
}

function MakeInvitation(props: {
  readonly roles: readonly InvitedRole[]
  make(role: InvitedRole, lifeMs: number, uses: number): void
  cancel(): void
}) {
  const [role, setRole] = useState<InvitedRole>('member')
  const [life, setLife] = useState<number>(lives[2].ms)
  const [times, setTimes] = useState<number>(5)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    props.make(role, life, times)
  }
  return (
    <form className={css.form} onSubmit={submit} aria-label="A new invitation">
      <label className={css.choice}>
        They come as
        <select
          value={role}
          onChange={({ target }) => setRole(props.roles.find((one) => one === target.value) ?? role)}
        >
          {props.roles.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label className={css.choice}>
        The link works for
        <select value={life} onChange={({ target }) => setLife(Number(target.value))}>
          {lives.map(({ name, ms }) => (
            <option key={ms} value={ms}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className={css.choice}>
        and lets in
        <select value={times} onChange={({ target }) => setTimes(Number(target.value))}>
          {uses.map((count) => (
            <option key={count} value={count}>
              {count === 1 ? '1 person' : `${count.toLocaleString()} people`}
            </option>
          ))}
        </select>
      </label>
      <div className={css.buttons}>
        <Button type="submit" look="primary" autoFocus>
          Make the link
        </Button>
        <Button onClick={props.cancel}>Cancel</Button>
      </div>
    </form>
  )
}

/** The only time that the link is shown: this device keeps no secret of it. */
function MadeLink({ link, close }: { link: string; close(): void }) {
  const [copied, setCopied] = useState(false)
  const copy = () => {
    navigator.clipboard.writeText(link).then(() => setCopied(true), showError)
  }
  return (
    <div className={css.made}>
      <label className={css.link}>
        The link. It is shown this once: copy it now, and send it to those whom you invite.
        <input readOnly value={link} onFocus={({ target }) => target.select()} />
      </label>
      <div className={css.buttons}>
        <Button look="primary" autoFocus onClick={copy}>
          <Copy size={16} aria-hidden /> {copied ? 'Copied' : 'Copy the link'}
        </Button>
        <Button onClick={close}>Done</Button>
      </div>
    </div>
  )
}
