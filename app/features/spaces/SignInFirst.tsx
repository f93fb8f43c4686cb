import { Compass, KeyRound } from 'lucide-react'
import { useState, type FormEvent, type ReactNode } from 'react'
import type { Identity } from '../../../schema/messages/http.ts'
import { Button } from '../../shell/Button.tsx'
import { NameField, useGivenName } from '../../shell/NameField.tsx'
import { createAccount } from '../account/passkeys.ts'
import { RecoveryCodes } from '../account/RecoveryCodes.tsx'
import { SignInWays } from '../account/SignInWays.tsx'
import type { useWork } from '../account/use-work.ts'
import { signInAsGuest, useIdentity } from '../identity/identity.ts'
import css from './FirstSteps.module.css'

interface SignInFirstProps {
  readonly title: string
  readonly work: ReturnType<typeof useWork>
  /** somebody has just signed in */
  signedIn(): void
  /** what there is for who is signed in */
  children(identity: Identity): ReactNode
}

/** The ways to sign in, as cards; then what lies behind them. A new account's recovery codes are shown in between. */
export function SignInFirst({ title, work, signedIn, children }: SignInFirstProps) {
  const identity = useIdentity()
  const name = useGivenName('person')
  const { busy, run } = work
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const signIn = (event: FormEvent) => {
    event.preventDefault()
    void run('sign-in', async () => {
      const given = name.give()
      if (given === null) return
      await signInAsGuest(given)
      signedIn()
    })
  }
  const signUp = () =>
    run('sign-up', async () => {
      const given = name.give()
      if (given === null) return
      setCodes((await createAccount(given)).codes)
    })
  const signInAgain = (what: string, again: () => Promise<void>) =>
    run(what, async () => {
      await again()
      signedIn()
    })
  const done = () => {
    setCodes(null)
    signedIn()
  }
  if (codes) {
    return (
      <div className={css.card}>
        <RecoveryCodes codes={codes} done={done} />
      </div>
    )
  }
  if (identity) return children(identity)
  return (
    <>
      <form className={css.card} onSubmit={signIn}>
        <h2 className={css.title}>
          <Compass size={18} aria-hidden /> {title}
        </h2>
        <NameField
          label="Your name"
          hint="Others see it beside your messages. No password."
          {...name.field}
          maxLength={60}
          autoComplete="nickname"
          placeholder="Ada"
        />
        <div className={css.row}>
          <Button type="submit" look="primary" disabled={name.field.value === '' || busy !== null}>
            {busy === 'sign-in' ? 'Signing in…' : 'Continue'}
          </Button>
          <Button disabled={name.field.value === '' || busy !== null} onClick={() => void signUp()}>
            {busy === 'sign-up' ? 'Waiting for the passkey…' : 'Create an account'}
          </Button>
        </div>
        <p className={css.note}>
          An account has a passkey, and works on all your devices. You can have one later, too.
        </p>
      </form>
      <section className={css.card} aria-labelledby="again-title">
        <h2 id="again-title" className={css.title}>
          <KeyRound size={18} aria-hidden /> Have an account already?
        </h2>
        <SignInWays busy={busy !== null} run={signInAgain} />
      </section>
    </>
  )
}
