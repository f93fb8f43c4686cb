import { CornerUpLeft, Ellipsis, MessageSquareText, Pencil, Pin, RotateCcw, SmilePlus, Trash2 } from 'lucide-react'
import { memo, use, useMemo, useState, type KeyboardEvent } from 'react'
import { deletedStates } from '../../../schema/events/facts.ts'
import { mentionsOf } from '../../../schema/projections/mentions.ts'
import { plainLine } from '../../../schema/text/plain-text.ts'
import { useClientStatus, useLiveRow } from '../../live/index.ts'
import { refusalOf } from '../../refusal-words.ts'
import { Avatar } from '../../shell/Avatar.tsx'
import { Button, IconButton } from '../../shell/Button.tsx'
import { formatFull, formatTime } from '../../shell/format-time.ts'
import { ShortTime } from '../../shell/ShortTime.tsx'
import { ConflictMark } from '../conflicts/ConflictMark.tsx'
import { useSettlesAll } from '../conflicts/conflicts.tsx'
import { MessageFiles } from '../files/MessageFiles.tsx'
import { useNameMark } from '../spaces/name-marks.tsx'
import { pendingWords } from '../status/describe-status.ts'
import { threadName } from '../threads/thread-events.ts'
import { threadOf } from '../threads/thread-events.ts'
import { messageBody, quotedMessage, type TimelineRow } from '../timeline/timeline-query.ts'
import { EditMessage } from './EditMessage.tsx'
import { MayReact, MayWrite } from './may-write.ts'
import { useMessageActions } from './message-actions.ts'
import { MessageText } from './MessageText.tsx'
import { useIsPointedAt } from './pointed-row.ts'
import { readReactions } from './reactions.ts'
import { RowTabIndex, useRowTabIndex } from './row-tab-index.ts'
import css from './MessageRow.module.css'

export interface MessageRowProps {
  readonly row: TimelineRow
  readonly leads: boolean
  readonly me: string | null
  /** what mentions of me say */
  readonly myNames: readonly string[]
  readonly editing: boolean
  readonly highlighted: boolean
  /** its menu or emoji picker is open: what opened it stays, to stand beside and to give the focus back to */
  readonly choosing: boolean
  /** a thread's messages, and a message in a space that I have not joined, have no thread button */
  readonly threads: boolean
  readonly readOnly: boolean
}

/** One message. Renders when its own row or one of these flags changes, never because a neighbour did. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { row, leads, me, myNames, editing, highlighted, choosing, threads, readOnly } = props
  const actions = useMessageActions()
  const [focused, setFocused] = useState(false)
  const active = useIsPointedAt(row.id) || focused
  const mark = useNameMark(row.author_id)
  const mine = row.author_id === me
  const mayWrite = use(MayWrite)
  const mayReact = use(MayReact)
  const deleted = row.deleted !== deletedStates.no
  const erased = row.deleted === deletedStates.erased
  const failed = row.outbox_state === 'failed'
  const mentionsMe = useMentions(row, myNames)
  const isAdmin = useSettlesAll()
  const mayErase = (isAdmin || mine) && mayWrite && !erased
  const offersActions = (active || choosing) && (!deleted || mayErase) && !editing && !readOnly && !failed

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    if (readOnly || (deleted && !(mayErase && event.key === 'm'))) return
    const run = shortcuts({ row, mine, threads, mayWrite, mayReact, target: event.currentTarget })[event.key]
    if (!run) return
    event.preventDefault()
    run(actions)
  }

  return (
    <RowTabIndex value={focused ? 0 : -1}>
      <article
        data-key={row.id}
        className={css.row}
        data-leads={leads || undefined}
        data-mention={mentionsMe || undefined}
        data-highlight={highlighted || undefined}
        data-failed={failed || undefined}
        tabIndex={-1}
        aria-label={`${row.author_name}${mark}, ${formatTime(row.created_at)}${mine ? ' (you)' : ''}`}
        onFocus={() => setFocused(true)}
        onBlur={(event) => setFocused(event.currentTarget.contains(event.relatedTarget))}
        onKeyDown={onKeyDown}
      >
        <div className={css.gutter}>
          {leads ? (
            <Avatar id={row.author_id} name={row.author_name} />
          ) : (
            <Time className={css.gutterTime!} at={row.created_at} />
          )}
        </div>
        <div className={css.body}>
          {row.reply_to && <Quote stream={row.stream} id={row.reply_to} />}
          {leads && (
            <header className={css.head}>
              <span className={css.author}>
                {row.author_name}
                {mark}
              </span>
              <Time className={css.time!} at={row.created_at} />
              {row.pinned === 1 && <Pinned />}
            </header>
          )}
          {!leads && row.pinned === 1 && <Pinned />}
          {threads && <Topic row={row} reachable={focused} />}
          {deleted && !editing ? (
            <p className={css.deleted}>This message was deleted{erased && ' for good'}</p>
          ) : editing ? (
            <EditMessage row={row} />
          ) : (
            (row.snippet !== '' || row.files === null) && <Body row={row} myNames={myNames} />
          )}
          {!deleted && row.files !== null && (
            <MessageFiles stream={row.stream} message={row.id} files={row.files} tabIndex={focused ? 0 : -1} />
          )}
          {!deleted && row.edited_at !== null && !editing && (
            <span className={css.edited} title={`Edited ${formatFull(row.edited_at)}`}>
              edited
            </span>
          )}
          {!deleted && !editing && <TwoVersions row={row} mine={mine} readOnly={readOnly} reachable={focused} />}
          {row.outbox_state === 'pending' && <Pending />}
          {failed && <Failed row={row} />}
          {!deleted && <Reactions row={row} me={me} readOnly={readOnly || !mayReact} />}
          {threads && row.reply_count > 0 && <ThreadButton row={row} />}
        </div>
        {offersActions && <ActionBar row={row} mine={mine} threads={threads} deleted={deleted} />}
      </article>
    </RowTabIndex>
  )
})

/** An imported topic's name. A thread of our own is named after its message, which may be edited or deleted since. */
function Topic({ row, reachable }: { row: TimelineRow; reachable: boolean }) {
  const actions = useMessageActions()
  const { thread_name: name } = row
  const imported = row.thread_id !== null && row.thread_id !== threadOf(row.id)
  if (!imported || name === null || saysAlready(threadName(row.snippet), name)) return null
  return (
    <button
      type="button"
      className={css.topic}
      dir="auto"
      tabIndex={reachable ? 0 : -1}
      onClick={() => actions.openThread(row)}
    >
      <span className="visually-hidden">Topic: </span>
      {name}
    </button>
  )
}

function saysAlready(line: string, name: string): boolean {
  const [one, other] = [line, name].map((each) => each.replace(/…$/, '').trim())
  return one!.startsWith(other!) || other!.startsWith(one!)
}

/** It was edited by two at once. */
function TwoVersions(props: { row: TimelineRow; mine: boolean; readOnly: boolean; reachable: boolean }) {
  const { row, mine, readOnly, reachable } = props
  const actions = useMessageActions()
  const settlesAll = useSettlesAll()
  return (
    <ConflictMark
      stream={row.stream}
      entity={row.id}
      field="message.text"
      tabIndex={reachable ? 0 : -1}
      settle={readOnly || !(mine || settlesAll) ? null : (text) => actions.saveEdit(row, '', text)}
    />
  )
}

/** Leads to a message's thread. */
function ThreadButton({ row }: { row: TimelineRow }) {
  const actions = useMessageActions()
  const tabIndex = useRowTabIndex()
  return (
    <button type="button" className={css.thread} tabIndex={tabIndex} onClick={() => actions.openThread(row)}>
      <MessageSquareText size={14} aria-hidden />
      {row.reply_count === 1 ? '1 reply' : `${row.reply_count} replies`}
      {row.last_reply_at !== null && (
        <span className={css.last}>
          last <ShortTime at={row.last_reply_at} />
        </span>
      )}
    </button>
  )
}

function Pinned() {
  return (
    <span className={css.flag}>
      <Pin size={12} aria-hidden /> pinned
    </span>
  )
}

/** Why it is not sent yet. */
function Pending() {
  const { sync } = useClientStatus()
  return <span className={css.pending}>{pendingWords(sync.state)}</span>
}

/** One of these names is mentioned; of a message that is shown in part, in the rest of it too. */
function useMentions(row: TimelineRow, names: readonly string[]): boolean {
  const cut = row.full_content_cached === 0
  const { row: whole } = useLiveRow(cut ? messageBody(row) : null)
  const text = cut ? (whole?.body ?? row.snippet) : row.snippet
  return useMemo(() => {
    if (row.deleted !== 0 || names.length === 0 || !text.includes('@')) return false
    const mentioned = mentionsOf(text)
    return names.some((name) => mentioned.includes(name))
  }, [row.deleted, names, text])
}

function shortcuts(of: {
  row: TimelineRow
  mine: boolean
  threads: boolean
  mayWrite: boolean
  mayReact: boolean
  target: HTMLElement
}) {
  const { row, threads, mayWrite, mayReact, target } = of
  const mine = of.mine && mayWrite
  const keys: Record<string, ((actions: ReturnType<typeof useMessageActions>) => void) | undefined> = {
    r: mayWrite ? (actions) => actions.reply(row) : undefined,
    '+': mayReact ? (actions) => actions.openEmoji(row, target) : undefined,
    m: (actions) => actions.openMenu(row, target),
    t: threads ? (actions) => actions.openThread(row) : undefined,
    e: mine ? (actions) => actions.edit(row) : undefined,
    Delete: mine ? (actions) => actions.remove(row) : undefined,
  }
  return keys
}

function ActionBar(props: { row: TimelineRow; mine: boolean; threads: boolean; deleted: boolean }) {
  return (
    <div className={css.actions} role="toolbar" aria-label="Message actions">
      {!props.deleted && <QuickActions {...props} />}
      <MoreActions row={props.row} />
    </div>
  )
}

function QuickActions({ row, mine, threads }: { row: TimelineRow; mine: boolean; threads: boolean }) {
  const actions = useMessageActions()
  const mayWrite = use(MayWrite)
  const mayReact = use(MayReact)
  return (
    <>
      {mayReact && (
        <IconButton label="Add reaction" onClick={(event) => actions.openEmoji(row, event.currentTarget)}>
          <SmilePlus size={16} aria-hidden />
        </IconButton>
      )}
      {mayWrite && (
        <IconButton label="Reply" onClick={() => actions.reply(row)}>
          <CornerUpLeft size={16} aria-hidden />
        </IconButton>
      )}
      {threads && (mayWrite || row.reply_count > 0) && (
        <IconButton label="Open thread" onClick={() => actions.openThread(row)}>
          <MessageSquareText size={16} aria-hidden />
        </IconButton>
      )}
      {mine && mayWrite && (
        <IconButton label="Edit message" onClick={() => actions.edit(row)}>
          <Pencil size={16} aria-hidden />
        </IconButton>
      )}
    </>
  )
}

function MoreActions({ row }: { row: TimelineRow }) {
  const actions = useMessageActions()
  return (
    <IconButton
      label="More actions"
      aria-haspopup="menu"
      onClick={(event) => actions.openMenu(row, event.currentTarget)}
    >
      <Ellipsis size={16} aria-hidden />
    </IconButton>
  )
}

function Body({ row, myNames }: { row: TimelineRow; myNames: readonly string[] }) {
  const [whole, setWhole] = useState(false)
  const tabIndex = useRowTabIndex()
  const { row: loaded } = useLiveRow(whole ? messageBody(row) : null)
  const cut = row.full_content_cached === 0
  return (
    <>
      <MessageText text={loaded?.body ?? row.snippet} names={myNames} />
      {cut && (
        <button
          type="button"
          className={css.more}
          tabIndex={tabIndex}
          aria-expanded={whole}
          onClick={() => setWhole(!whole)}
        >
          {whole ? 'Show less' : 'Show the whole message'}
        </button>
      )}
    </>
  )
}

function Quote({ stream, id }: { stream: string; id: string }) {
  const actions = useMessageActions()
  const { row, loading } = useLiveRow(quotedMessage(stream, id))
  const tabIndex = useRowTabIndex()
  if (loading) return <span className={css.quote} aria-hidden />
  const text = !row ? 'a message that is not here yet' : row.deleted ? 'a deleted message' : plainLine(row.snippet, 160)
  return (
    <button type="button" className={css.quote} tabIndex={tabIndex} disabled={!row} onClick={() => actions.jumpTo(id)}>
      <CornerUpLeft size={12} aria-hidden />
      <span className="visually-hidden">In reply to</span>
      {row && <b>{row.author_name}</b>}
      <span className={css.quoteText}>{text}</span>
    </button>
  )
}

function Reactions({ row, me, readOnly }: { row: TimelineRow; me: string | null; readOnly: boolean }) {
  const actions = useMessageActions()
  const tabIndex = useRowTabIndex()
  const reactions = readReactions(row.reactions, me)
  if (reactions.length === 0) return null
  return (
    <div className={css.reactions} role="group" aria-label="Reactions">
      {reactions.map(({ emoji, count, mine }) => (
        <button
          key={emoji}
          type="button"
          className={css.reaction}
          tabIndex={tabIndex}
          aria-pressed={mine}
          aria-label={`${emoji} ${count}${mine ? ', you reacted' : ''}`}
          disabled={readOnly}
          onClick={() => actions.react(row, emoji, !mine)}
        >
          <span aria-hidden>{emoji}</span> <span aria-hidden>{count}</span>
        </button>
      ))}
      {!readOnly && (
        <button
          type="button"
          className={css.reaction}
          tabIndex={tabIndex}
          aria-label="Add another reaction"
          onClick={(event) => actions.openEmoji(row, event.currentTarget)}
        >
          <SmilePlus size={14} aria-hidden />
        </button>
      )}
    </div>
  )
}

function Failed({ row }: { row: TimelineRow }) {
  const actions = useMessageActions()
  return (
    <div className={css.failed} role="alert">
      <span>Not sent. {refusalOf(row.outbox_error)}</span>
      <Button onClick={() => actions.retry(row)}>
        <RotateCcw size={14} aria-hidden /> Retry
      </Button>
      <Button look="danger" onClick={() => actions.discard(row)}>
        <Trash2 size={14} aria-hidden /> Delete
      </Button>
    </div>
  )
}

function Time({ at, className }: { at: number; className: string }) {
  return (
    <time className={className} dateTime={new Date(at).toISOString()} title={formatFull(at)}>
      {formatTime(at)}
    </time>
  )
}
