import { Compass, KeyRound, Plus, Sparkles } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import type { SpaceSummary } from '../../../schema/messages/http.ts'
import { focusSoon } from '../../focus/focus-soon.ts'
import { useDispatch, useLive } from '../../live/index.ts'
import { navigate } from '../../routes.ts'
import { Button } from '../../shell/Button.tsx'
import { NameField, useGivenName } from '../../shell/NameField.tsx'
import { initials } from '../../shell/Avatar.tsx'
import { createAccount } from '../account/passkeys.ts'
import { RecoveryCodes } from '../account/RecoveryCodes.tsx'
import { SignInWays } from '../account/SignInWays.tsx'
import { useWork } from '../account/use-work.ts'
import { signInAsGuest, useIdentity } from '../identity/identity.ts'
import { askToKeepStorage } from '../status/keep-storage.ts'
import { openDemo } from './open-demo.ts'
import { usePublicSpaces } from './public-spaces.ts'
import { createSpace, joinSpace } from './space-events.ts'
import css from './FirstSteps.module.css'

/** The ways into a space: join a public one, make one, or look around in the demo. */
export function FirstSteps({ joined, done }: { joined: ReadonlySet<string>; done(): void }) {
  const live = useLive()
  const dispatch = useDispatch()
  const identity = useIdentity()
  const name = useGivenName('person')
  const { busy, error, run } = useWork()
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const [offered, askAgain] = usePublicSpaces(identity?.actor ?? null)

  const join = async (space: SpaceSummary) => {
    if (!identity) return
    if (!space.joined) await dispatch([joinSpace(identity, space.stream)])
    void askToKeepStorage()
    done()
    navigate({ space: space.id })
  }
  const toNextStep = () => focusSoon(() => document.querySelector<HTMLElement>('[data-next-step]'), { within: 6000 })
  const signIn = () =>
    run('sign-in', async () => {
      const given = name.give()
      if (given === null) return
      await signInAsGuest(given)
      toNextStep()
    })
  const signUp = () =>
    run('sign-up', async () => {
      const given = name.give()
      if (given === null) return
      setCodes((await createAccount(given)).codes)
    })
  const signInAgain = (what: string, work: () => Promise<void>) =>
    run(what, async () => {
      await work()
      toNextStep()
    })
  const create = (spaceName: string) =>
    run('create', async () => {
      if (!identity) return
      const { space, room, events } = createSpace(identity, spaceName, 'public')
      await dispatch(events)
      void askToKeepStorage()
      done()
      navigate({ space, room })
    })
  const demo = () =>
    run('demo', async () => {
      const { space, room } = await openDemo(live)
      done()
      navigate({ space, room })
    })

  const canJoin = offered.state === 'ready' && offered.spaces.some((space) => !joined.has(space.id))
  return (
    <div className={css.steps}>
      {error && (
        <p className={css.error} role="alert">
          {error}
        </p>
      )}
      {codes ? (
        <div className={css.card}>
          <RecoveryCodes
            codes={codes}
            done={() => {
              setCodes(null)
              toNextStep()
            }}
          />
        </div>
      ) : identity ? (
        <>
          <p className={css.hello}>
            Signed in as <b>{identity.name}</b>
          </p>
          <section className={css.card} aria-labelledby="join-title">
            <h2 id="join-title" className={css.title}>
              <Compass size={18} aria-hidden /> Join a space
            </h2>
            {offered.state === 'loading' && <p className={css.note}>Asking the server…</p>}
            {offered.state === 'failed' && (
              <div className={css.row}>
                <p className={css.note}>{offered.message}</p>
                <Button onClick={askAgain}>Try again</Button>
              </div>
            )}
            {offered.state === 'ready' && (
              <Offered
                spaces={offered.spaces.filter((space) => !joined.has(space.id))}
                none={offered.spaces.length === 0}
                more={offered.more}
                busy={busy !== null}
                join={(space) => void run('join', () => join(space))}
              />
            )}
          </section>
          <CreateSpace
            busy={busy === 'create'}
            taken={offered.state === 'ready' ? offered.spaces : []}
            isNext={offered.state !== 'loading' && !canJoin}
            create={(spaceName) => void create(spaceName)}
          />
        </>
      ) : (
        <>
          <form
            className={css.card}
            onSubmit={(event) => {
              event.preventDefault()
              void signIn()
            }}
          >
            <h2 className={css.title}>
              <Compass size={18} aria-hidden /> Join or create a space
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
      )}
      <section className={css.card} aria-labelledby="demo-title">
        <h2 id="demo-title" className={css.title}>
          <Sparkles size={18} aria-hidden /> Look around first
        </h2>
        <p className={css.note}>
          A made-up team, two months of talk: rooms, threads, reactions. It lives in this browser alone and needs no
          server.
        </p>
        <Button onClick={() => void demo()} disabled={busy !== null}>
          {busy === 'demo' ? 'Preparing…' : 'Open the demo space'}
        </Button>
      </section>
    </div>
  )
}

function Offered(props: {
  readonly spaces: readonly SpaceSummary[]
  /** the server has no public space at all */
  readonly none: boolean
  /** asks for the next page of them; null: these are all */
  readonly more: (() => void) | null
  readonly busy: boolean
  join(space: SpaceSummary): void
}) {
  const { spaces, none, more, busy, join } = props
  if (none) return <p className={css.note}>There is no public space yet. Make the first one.</p>
  if (spaces.length === 0 && !more)
    return <p className={css.note}>You are in every public space of this server already.</p>
  return (
    <>
      <ul className={css.offers}>
        {spaces.map((space, at) => (
          <li key={space.id} className={css.offer}>
            <span className={css.badge} aria-hidden>
              {initials(space.name)}
            </span>
            <span className={css.about}>
              <b>{space.name}</b>
              <span>
                {count(space.members, 'member')} · {count(space.messages, 'message')}
              </span>
            </span>
            <Button
              look="primary"
              data-next-step={at === 0 || undefined}
              disabled={busy}
              aria-label={`Join ${space.name}`}
              onClick={() => join(space)}
            >
              Join
            </Button>
          </li>
        ))}
      </ul>
      {more && <Button onClick={more}>Show more spaces</Button>}
    </>
  )
}

function CreateSpace(props: {
  readonly busy: boolean
  readonly taken: readonly { readonly name: string }[]
  /** there is nothing to join: this is what one does next */
  readonly isNext: boolean
  create(name: string): void
}) {
  const { busy, taken, isNext, create } = props
  const name = useGivenName('space')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const given = name.give(taken)
    if (given !== null) create(given)
  }
  return (
    <form className={css.card} onSubmit={submit} aria-labelledby="create-title">
      <h2 id="create-title" className={css.title}>
        <Plus size={18} aria-hidden /> Create a space
      </h2>
      <NameField
        label="Name of the space"
        data-next-step={isNext || undefined}
        {...name.field}
        maxLength={80}
        placeholder="Garden club"
      />
      <Button type="submit" disabled={name.field.value === '' || busy}>
        {busy ? 'Creating…' : 'Create space'}
      </Button>
    </form>
  )
}

function count(number: number, word: string): string {
  return `${number.toLocaleString()} ${word}${number === 1 ? '' : 's'}`
}
