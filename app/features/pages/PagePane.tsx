import { ArrowLeft, FileText, History, MessageSquareQuote, Trash2, UserPen } from 'lucide-react'
import { useState } from 'react'
import { cleanName } from '../../../schema/events/names.ts'
import { bounds } from '../../../schema/events/bounds.ts'
import { streamKind, streamOfRoom } from '../../../schema/events/streams.ts'
import { atLeast, type Role } from '../../../schema/rights/roles.ts'
import { focusSoon } from '../../focus/focus-soon.ts'
import { writingPlace } from '../../focus/places.ts'
import { useClientStatus, useDispatch, useLiveRow } from '../../live/index.ts'
import { currentRoute, navigate, openPanel, type Route } from '../../routes.ts'
import { Button, IconButton } from '../../shell/Button.tsx'
import { showError, showToast } from '../../shell/toasts.tsx'
import { useLate } from '../../shell/use-late.ts'
import { usePhone } from '../../shell/use-phone.ts'
import { ConflictMark } from '../conflicts/ConflictMark.tsx'
import { TwoSteps } from '../members/TwoSteps.tsx'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { archivePage, erasePage, renamePage, type PagePlace } from './page-events.ts'
import { PageEditor } from './PageEditor.tsx'
import { VersionOf } from './PageHistory.tsx'
import { PageText } from './PageText.tsx'
import { erasedPage, pageById, type PageRow } from './pages-query.ts'
import { usePageSession } from './use-page-session.ts'
import pane from '../../shell/pane.module.css'
import css from './PagePane.module.css'

/** A page, in the place of its room's messages. */
export default function PagePane(props: { space: SpaceRow; route: Route; room: string; page: string }) {
  const { space, route, room, page } = props
  const { row, loading, error } = useLiveRow(pageById(streamOfRoom(space.id, room), page))
  const late = useLate(loading)
  if (error && !row) throw error
  if (loading) return <div className={pane.pane}>{late && <p className={css.note}>Opening the page…</p>}</div>
  if (!row) return <MissingPage space={space} />
  if (row.archived === erasedPage) return <Instead text="This page was deleted for good." />
  return <OpenPage key={row.id} space={space} page={row} route={route} />
}

function OpenPage({ space, page, route }: { space: SpaceRow; page: PageRow; route: Route }) {
  const dispatch = useDispatch()
  const place: PagePlace = { stream: page.stream, actor: space.me }
  const opened = usePageSession(place, page.id)
  const late = useLate(opened.type === 'loading')
  const phone = usePhone()
  const [authors, setAuthors] = useState(false)
  const version = !phone && route.panel?.kind === 'history' ? route.panel.at : null
  const archived = page.archived === 1
  const role = space.role as Role
  const mayWrite = atLeast(role, 'member')
  const mayDelete = atLeast(role, 'admin') || (mayWrite && page.author_id === space.me)
  const editable = mayWrite && !archived
  const archive = (archived: boolean) => dispatch([archivePage(place, page.id, archived)])
  const remove = () => {
    archive(true).then(() => {
      toRoom()
      showToast({
        text: `“${page.title}” deleted.`,
        undo: () =>
          void archive(false)
            .then(() => openAgain(page))
            .catch(showError),
      })
    }, showError)
  }
  return (
    <section className={pane.pane} aria-label={`Page ${page.title}`}>
      <header className={`${pane.header} ${css.header}`}>
        <IconButton label="Back to the room" onClick={toRoom}>
          <ArrowLeft size={20} aria-hidden />
        </IconButton>
        <Title
          title={page.title}
          editable={editable}
          rename={(title) => dispatch([renamePage(place, page.id, title)]).catch(showError)}
        />
        <ConflictMark
          stream={page.stream}
          entity={page.id}
          field="page.title"
          settle={editable ? (title) => dispatch([renamePage(place, page.id, title)]) : null}
        />
        <div className={pane.tools} role="toolbar" aria-label="Page tools">
          <IconButton label="Who wrote this" aria-pressed={authors} onClick={() => setAuthors(!authors)}>
            <UserPen size={18} aria-hidden />
          </IconButton>
          {sideTools.map(({ panel, label, icon: Icon }) => (
            <IconButton
              key={panel.kind}
              label={label}
              aria-pressed={route.panel?.kind === panel.kind}
              onClick={() => openPanel(route.panel?.kind === panel.kind ? null : panel)}
            >
              <Icon size={18} aria-hidden />
            </IconButton>
          ))}
          {mayDelete && !archived && (
            <IconButton label="Delete page" onClick={remove}>
              <Trash2 size={18} aria-hidden />
            </IconButton>
          )}
        </div>
      </header>
      {archived && (
        <Notice text="This page was deleted. It can be read, not written.">
          {mayDelete && <Button onClick={() => void archive(false).catch(showError)}>Restore page</Button>}
          {mayDelete && (
            <TwoSteps
              label="Delete for good"
              meaning="Its text goes, with its comments and every earlier version: from this device, from the server, and from everybody’s device when it is online next. It cannot reach files that somebody exported, and what was copied from it. Nobody can bring it back."
              confirm="Delete for good"
              onConfirm={() =>
                dispatch([erasePage(place, page.id)]).then(
                  () => showToast({ text: 'Page deleted for good.' }),
                  showError,
                )
              }
            />
          )}
        </Notice>
      )}
      {!mayWrite && !archived && <Notice text="Guests read pages. Members write them." />}
      {opened.type === 'loading' && late && <p className={css.note}>Opening the page…</p>}
      {opened.type === 'failed' && <Notice text={`The page cannot be opened. ${opened.error.message}`} />}
      {version !== null && (
        <div className={css.version}>
          <VersionOf space={space} stream={page.stream} page={page.id} at={version} />
        </div>
      )}
      {opened.type === 'editable' && (
        <div className={version === null ? css.now : css.covered}>
          <PageEditor
            space={space}
            stream={page.stream}
            page={page.id}
            session={opened.session}
            editable={editable}
            authors={authors}
          />
        </div>
      )}
      {opened.type === 'shown' && (
        <>
          <Notice text={whyOnlyShown[opened.why]} />
          <PageText state={opened.state} label="Text of the page" />
        </>
      )}
    </section>
  )
}

const sideTools = [
  { panel: { kind: 'comments' }, label: 'Comments', icon: MessageSquareQuote },
  { panel: { kind: 'history', at: null }, label: 'History', icon: History },
  { panel: { kind: 'pages' }, label: 'Pages', icon: FileText },
] as const

const whyOnlyShown = {
  newer:
    'A newer version of the app wrote something here that this one cannot show. Nothing of it is lost. Reload the app to write in this page.',
  tooLarge: 'This page is too long to write more. Make a new page to go on.',
} as const

function Notice({ text, children }: { text: string; children?: React.ReactNode }) {
  return (
    <div className={css.notice} role="status">
      <p>{text}</p>
      {children}
    </div>
  )
}

/** Enter or leaving the field gives the page what is written there; Escape leaves it as it was. */
function Title({ title, editable, rename }: { title: string; editable: boolean; rename(title: string): void }) {
  const [typed, setTyped] = useState<string | null>(null)
  if (!editable) return <h1 className={css.title}>{title}</h1>
  const give = () => {
    const name = cleanName(typed ?? title)
    setTyped(null)
    if (name !== '' && name !== title) rename(name)
  }
  return (
    <h1 className={css.title}>
      <input
        aria-label="Title of the page"
        dir="auto"
        value={typed ?? title}
        maxLength={bounds.nameLength}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={give}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter') {
            event.preventDefault()
            focusSoon(writingPlace('page'))
          } else if (event.key === 'Escape') {
            event.stopPropagation()
            setTyped(null)
          }
        }}
      />
    </h1>
  )
}

function toRoom(): void {
  navigate({ ...currentRoute(), page: null })
}
function openAgain({ id }: PageRow): void {
  navigate({ ...currentRoute(), page: id })
}

function MissingPage({ space }: { space: SpaceRow }) {
  const { sync } = useClientStatus()
  const arriving = streamKind(space.stream) !== 'local' && sync.state !== 'live'
  return (
    <Instead
      text={arriving ? 'This page has not arrived yet. It shows as soon as it does.' : 'There is no such page here.'}
    />
  )
}

function Instead({ text }: { text: string }) {
  return (
    <div className={pane.instead}>
      <h1>{text}</h1>
      <Button onClick={toRoom}>Back to the room</Button>
    </div>
  )
}
