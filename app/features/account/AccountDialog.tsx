import { KeyRound, Laptop } from 'lucide-react'
import { useCallback, useEffect, useState, type FormEvent } from 'react'
import { formatShort } from '../../shell/format-time.ts'
import type { Account } from '../../../schema/messages/http.ts'
import { useClientStatus, useDispatch, useLiveQuery } from '../../live/index.ts'
import { AppDialog } from '../../shell/AppDialog.tsx'
import { Button } from '../../shell/Button.tsx'
import { NameField, givenName } from '../../shell/NameField.tsx'
import { useIdentity } from '../identity/identity.ts'
import { usePresenceSetting } from '../presence/presence.ts'
import { TwoSteps } from '../members/TwoSteps.tsx'
import {
  deleteAccount,
  newCodes,
  readAccount,
  removePasskey,
  renameMe,
  sayName,
  signOutDevice,
  signOutHere,
  whereNamed,
} from './account.ts'
import { addPasskey } from './passkeys.ts'
import { RecoveryCodes } from './RecoveryCodes.tsx'
import { SignInWays } from './SignInWays.tsx'
import { useWork } from './use-work.ts'
import css from './Account.module.css'

/** My account: the name, what signs me in, where I am signed in, and the ways out. */
export default function AccountDialog({ close }: { close(): void }) {
  const work = useWork()
  const identity = useIdentity()
  const { sync } = useClientStatus()
  return (
    <AppDialog title="Your account" close={close}>
      {work.error && (
        <p className={css.error} role="alert">
          {work.error}
        </p>
      )}
      {sync.state === 'signed-out' ? (
        <section className={css.section}>
          <p className={css.note}>
            You are signed out. Sign in again with a passkey or a recovery code; what waits to be sent is sent then. Who
            was here as a guest, without a passkey, cannot come back as the same person.
          </p>
          <SignInWays busy={work.busy !== null} run={work.run} />
        </section>
      ) : (
        <SignedIn key={identity?.actor} work={work} />
      )}
    </AppDialog>
  )
}

type Work = ReturnType<typeof useWork>

function SignedIn({ work }: { work: Work }) {
  const { busy, run } = work
  const [account, setAccount] = useState<Account | null>(null)
  const [failed, setFailed] = useState<string | null>(null)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const read = useCallback(() => {
    readAccount()
      .then(setAccount)
      .catch((failure: unknown) => setFailed((failure as Error).message))
  }, [])
  useEffect(read, [read])
  const change = (what: string, changing: () => Promise<Account>) => run(what, async () => setAccount(await changing()))

  if (codes) return <RecoveryCodes codes={codes} done={() => setCodes(null)} />
  if (!account) {
    if (failed === null) return <p className={css.note}>Asking the server…</p>
    return (
      <div className={css.section}>
        <p className={css.note}>{failed}</p>
        <div className={css.buttons}>
          <Button
            onClick={() => {
              setFailed(null)
              read()
            }}
          >
            Try again
          </Button>
        </div>
      </div>
    )
  }
  const { passkeys, codesLeft } = account
  const isGuest = passkeys.length === 0
  return (
    <>
      <Name account={account} work={work} renamed={setAccount} />
      <section className={css.section} aria-labelledby="passkeys-title">
        <h3 id="passkeys-title">Passkeys</h3>
        {isGuest && (
          <p className={css.note}>
            You are here as a guest: only this browser knows you. A passkey keeps your account, and signs you in on
            other devices. No password, no email address.
          </p>
        )}
        <ul className={css.list}>
          {passkeys.map((passkey) => (
            <li key={passkey.id}>
              <KeyRound size={18} aria-hidden />
              <span className={css.what}>
                <b>{passkey.name}</b>
                <span>
                  added {formatShort(passkey.addedAt)}
                  {passkey.usedAt !== null && `, used ${formatShort(passkey.usedAt)}`}
                </span>
              </span>
              {passkeys.length > 1 && (
                <Button
                  disabled={busy !== null}
                  aria-label={`Remove the passkey ${passkey.name}`}
                  onClick={() => void change('remove', () => removePasskey(passkey.id))}
                >
                  Remove
                </Button>
              )}
            </li>
          ))}
        </ul>
        <div className={css.buttons}>
          <Button
            look={isGuest ? 'primary' : 'plain'}
            disabled={busy !== null}
            onClick={() =>
              void change('add', async () => {
                setCodes((await addPasskey()).codes)
                return readAccount()
              })
            }
          >
            {busy === 'add' ? 'Waiting for the passkey…' : 'Add a passkey'}
          </Button>
        </div>
      </section>
      {!isGuest && (
        <section className={css.section} aria-labelledby="recovery-title">
          <h3 id="recovery-title">Recovery codes</h3>
          <p className={css.note}>
            {codesLeft === 1 ? 'One code is' : `${codesLeft} codes are`} left. New ones replace them.
          </p>
          <div className={css.buttons}>
            <Button
              disabled={busy !== null}
              onClick={() =>
                void change('codes', async () => {
                  setCodes(await newCodes())
                  return readAccount()
                })
              }
            >
              Make new codes
            </Button>
          </div>
        </section>
      )}
      <Devices
        account={account}
        busy={busy !== null}
        signOut={(session) => void change('device', () => signOutDevice(session))}
      />
      <Presence />
      <WaysOut run={run} isGuest={isGuest} />
    </>
  )
}

function Name({ account, work, renamed }: { account: Account; work: Work; renamed(account: Account): void }) {
  const { busy, run } = work
  const dispatch = useDispatch()
  const { data: places } = useLiveQuery(whereNamed(account.actor))
  const [typed, setTyped] = useState(account.name)
  const [fault, setFault] = useState<string | null>(null)
  const rename = (event: FormEvent) => {
    event.preventDefault()
    const given = givenName(typed, 'person')
    setFault(given.fault)
    if (given.name === null) return
    void run('name', async () => {
      const identity = await renameMe(given.name)
      const events = sayName(identity, places)
      if (events.length > 0) await dispatch(events)
      renamed(await readAccount())
    })
  }
  return (
    <form className={css.name} onSubmit={rename}>
      <NameField
        label="Your name"
        value={typed}
        fault={fault}
        maxLength={60}
        autoComplete="nickname"
        onChange={(text) => {
          setTyped(text)
          setFault(null)
        }}
      />
      <Button type="submit" disabled={busy !== null || typed === account.name || typed === ''}>
        Rename
      </Button>
    </form>
  )
}

function Devices(props: { account: Account; busy: boolean; signOut(session: string): unknown }) {
  const { account, busy, signOut } = props
  const others = account.devices.length > 1
  return (
    <section className={css.section} aria-labelledby="devices-title">
      <h3 id="devices-title">Where you are signed in</h3>
      <ul className={css.list}>
        {account.devices.map((device) => (
          <li key={device.session}>
            <Laptop size={18} aria-hidden />
            <span className={css.what}>
              <b>{device.name}</b>
              <span>{device.current ? 'this browser' : `seen ${formatShort(device.seenAt || device.signedInAt)}`}</span>
            </span>
            {!device.current && (
              <Button
                disabled={busy}
                aria-label={`Sign out ${device.name}`}
                onClick={() => void signOut(device.session)}
              >
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
      {others && (
        <div className={css.buttons}>
          <Button disabled={busy} onClick={() => void signOut('others')}>
            Sign out everywhere else
          </Button>
        </div>
      )}
    </section>
  )
}

function Presence() {
  const [on, set] = usePresenceSetting()
  return (
    <section className={css.section} aria-labelledby="presence-title">
      <h3 id="presence-title">Who sees you</h3>
      <label className={css.choice}>
        <input type="checkbox" checked={on} onChange={({ target }) => set(target.checked)} />
        Show others when I am here and when I type
      </label>
      <p className={css.note}>Turned off, this browser does not show you who else is here, either.</p>
    </section>
  )
}

function WaysOut({ run, isGuest }: { run: Work['run']; isGuest: boolean }) {
  const { outbox } = useClientStatus()
  const unsent = outbox.pending + outbox.failed
  const lost =
    unsent === 0 ? '' : ` ${unsent === 1 ? 'One change is' : `${unsent} changes are`} not sent yet, and would be lost.`
  return (
    <section className={`${css.section} ${css.leave}`} aria-label="Leave">
      <TwoSteps
        label="Sign out here"
        meaning={`Everything of this app leaves this browser, the demo and drafts too.${lost}${
          isGuest ? ' You have no passkey: nobody can sign in as you again.' : ''
        }`}
        confirm="Sign out"
        onConfirm={() => void run('out', signOutHere)}
      />
      <TwoSteps
        label="Delete my account"
        meaning="You leave every space and room, and your name there becomes “Deleted account”. What you wrote stays where it is. Nobody can sign in as you again. This cannot be undone."
        confirm="Delete my account"
        onConfirm={() => void run('delete', deleteAccount)}
      />
    </section>
  )
}
