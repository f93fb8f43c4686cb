import { Compass, Plus, Sparkles } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import type { SpaceSummary } from '../../../schema/messages/http.ts'
import { focusSoon } from '../../focus/focus-soon.ts'
import { useDispatch, useLive } from '../../live/index.ts'
import { navigate } from '../../routes.ts'
import { Button } from '../../shell/Button.tsx'
import { NameField, useGivenName } from '../../shell/NameField.tsx'
import { initials } from '../../shell/Avatar.tsx'
import { useWork } from '../account/use-work.ts'
import { useIdentity } from '../identity/identity.ts'
import { askToKeepStorage } from '../status/keep-storage.ts'
import { openDemo } from './open-demo.ts'
import { usePublicSpaces } from './public-spaces.ts'
import { SignInFirst } from './SignInFirst.tsx'
import { createSpace, joinSpace } from './space-events.ts'
import css from './FirstSteps.module.css'

/** The ways into a space: join a public one, make one, or look around in the demo. */
export function FirstSteps({ joined, done }: { joined: ReadonlySet<string>; done(): void }) {
  const live = useLive()
  const dispatch = useDispatch()
  const identity = useIdentity()
  const work = useWork()
  const { busy, error, run } = work
  const [offered, askAgain] = usePublicSpaces(identity?.actor ?? null)

  const join = async (space: SpaceSummary) => {
    if (!identity) return
    if (!space.joined) await dispatch([joinSpace(identity, space.stream)])
    void askToKeepStorage()
    done()
    navigate({ space: space.id })
  }
  const toNextStep = () => focusSoon(() => document.querySelector<HTMLElement>('[data-next-step]'), { within: 6000 })
  const create = (spaceName: string, visibility: 'public' | 'invite') =>
    run('create', async () => {
      if (!identity) return
      const { space, room, events } = createSpace(identity, spaceName, visibility)
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
      <SignInFirst title="Join or create a space" work={work} signedIn={toNextStep}>
        {(identity) => (
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
              create={(...asked) => void create(...asked)}
            />
          </>
        )}
      </SignInFirst>
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
  create(name: string, visibility: 'public' | 'invite'): void
}) {
  const { busy, taken, isNext, create } = props
  const name = useGivenName('space')
  const [open, setOpen] = useState(true)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const given = name.give(taken)
    if (given !== null) create(given, open ? 'public' : 'invite')
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
      <label className={css.tick}>
        <input type="checkbox" checked={open} onChange={({ target }) => setOpen(target.checked)} />
        Everyone on this server may find it and join
      </label>
      <p className={css.note}>
        {open
          ? 'You can invite people by a link, too.'
          : 'People come by an invitation alone. You make one in its list of members.'}
      </p>
      <Button type="submit" disabled={name.field.value === '' || busy}>
        {busy ? 'Creating…' : 'Create space'}
      </Button>
    </form>
  )
}

function count(number: number, word: string): string {
  return `${number.toLocaleString()} ${word}${number === 1 ? '' : 's'}`
}
