import { UserPlus } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { InvitationLink, InvitationSummary } from '../../../schema/messages/http.ts'
import { focusSoon } from '../../focus/focus-soon.ts'
import { useLiveQuery } from '../../live/index.ts'
import { navigate } from '../../routes.ts'
import { Button } from '../../shell/Button.tsx'
import { formatWhen } from '../../shell/format-time.ts'
import { useWork } from '../account/use-work.ts'
import { ask, useActors } from '../identity/identity.ts'
import { SignInFirst } from '../spaces/SignInFirst.tsx'
import { mySpaces } from '../spaces/spaces-query.ts'
import { askToKeepStorage } from '../status/keep-storage.ts'
import steps from '../spaces/FirstSteps.module.css'
import css from '../spaces/Welcome.module.css'

/** What the link of an invitation opens: who invites, into what, and the way in; signing in comes first. */
export default function JoinByLink({ link }: { link: InvitationLink }) {
  const work = useWork()
  const toNextStep = () => focusSoon(() => document.querySelector<HTMLElement>('[data-next-step]'), { within: 6000 })
  return (
    <main className={css.welcome}>
      <div className={css.column}>
        <img src="/icon.svg" alt="" width="56" height="56" />
        <h1 className={css.title}>You are invited</h1>
        <div className={steps.steps}>
          {work.error && (
            <p className={steps.error} role="alert">
              {work.error}
            </p>
          )}
          <SignInFirst title="Say who you are" work={work} signedIn={toNextStep}>
            {({ actor, name }) => <Invited key={actor} link={link} name={name} work={work} />}
          </SignInFirst>
        </div>
      </div>
    </main>
  )
}

type Look =
  | { readonly state: 'asking' }
  | { readonly state: 'refused'; readonly words: string }
  | { readonly state: 'shown' | 'joined'; readonly invitation: InvitationSummary }

function Invited(props: {
  readonly link: InvitationLink
  readonly name: string
  readonly work: ReturnType<typeof useWork>
}) {
  const { link, name, work } = props
  const [look, setLook] = useState<Look>({ state: 'asking' })
  const { data: spaces } = useLiveQuery(mySpaces(useActors()))
  useEffect(() => {
    let current = true
    const show = (next: Look) => current && setLook(next)
    ask('/api/invitations/look', { method: 'POST', body: JSON.stringify(link) }).then(
      async (answer) => {
        const invitation = (await answer.json()) as InvitationSummary
        show({ state: 'shown', invitation })
      },
      (error: Error) => show({ state: 'refused', words: error.message }),
    )
    return () => {
      current = false
    }
  }, [link])
  const isHere = spaces.some(({ id }) => id === link.space)
  useEffect(() => {
    if (look.state === 'joined' && isHere) navigate({ space: link.space }, { replace: true })
  }, [look.state, isHere, link.space])

  const join = () =>
    work.run('join', async () => {
      const answer = await ask('/api/invitations/join', { method: 'POST', body: JSON.stringify(link) })
      void askToKeepStorage()
      setLook({ state: 'joined', invitation: (await answer.json()) as InvitationSummary })
    })
  const leave = () => navigate({}, { replace: true })

  switch (look.state) {
    case 'asking':
      return <p className={steps.note}>Asking the server…</p>
    case 'refused':
      return (
        <section className={steps.card}>
          <p role="alert">{look.words}</p>
          <Button onClick={leave}>Go on without it</Button>
        </section>
      )
    case 'joined':
      return (
        <p role="status">You are in {look.invitation.space.name}. It opens as soon as its first events are here.</p>
      )
    case 'shown': {
      const { space, from, role, expiresAt, joined } = look.invitation
      return (
        <section className={steps.card} aria-labelledby="invited-title">
          <h2 id="invited-title" className={steps.title}>
            <UserPlus size={18} aria-hidden /> {space.name}
          </h2>
          {joined ? (
            <>
              <p>You are in this space already.</p>
              <Button look="primary" data-next-step onClick={() => navigate({ space: space.id }, { replace: true })}>
                Open {space.name}
              </Button>
            </>
          ) : (
            <>
              <p>
                <b>{from || 'Somebody'}</b> invites you, as {role === 'admin' ? 'an admin' : `a ${role}`}.{' '}
                {role === 'guest' && 'Guests read and react. '}
                {space.members === 1 ? 'One person is' : `${space.members.toLocaleString()} people are`} in it.
              </p>
              <p className={steps.note}>
                You are signed in as {name}. The invitation works until {formatWhen(expiresAt)}.
              </p>
              <div className={steps.row}>
                <Button look="primary" data-next-step disabled={work.busy !== null} onClick={() => void join()}>
                  {work.busy === 'join' ? 'Joining…' : `Join ${space.name}`}
                </Button>
                <Button onClick={leave}>Not now</Button>
              </div>
            </>
          )}
        </section>
      )
    }
  }
}
