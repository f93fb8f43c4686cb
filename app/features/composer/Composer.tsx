import { CornerUpLeft, SendHorizontal, X } from 'lucide-react'
import {
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
} from 'react'
import { bounds } from '../../../schema/events/bounds.ts'
import { placeOf } from '../../focus/places.ts'
import type { ChosenFile } from '../files/read-chosen.ts'
import { Tray } from '../files/Tray.tsx'
import { useNameMarks } from '../spaces/name-marks.tsx'
import { IconButton } from '../../shell/Button.tsx'
import { showError, showToast } from '../../shell/toasts.tsx'
import type { TimelineRow } from '../timeline/timeline-query.ts'
import { GrowingTextarea } from './GrowingTextarea.tsx'
import { sayTyping } from '../presence/presence.ts'
import { TypingLine } from '../presence/TypingLine.tsx'
import { ChooseFiles } from './ChooseFiles.tsx'
import { useChooser } from './use-chooser.ts'
import { useDraft } from './use-draft.ts'
import { useMention } from './use-mention.ts'
import { lengthFault, type Written } from './write-message.ts'
import css from './Composer.module.css'

export interface ComposerHandle {
  focus(): void
}
export interface ComposerProps {
  readonly stream: string
  /** the room or thread of that stream: its draft is kept under this id */
  readonly room: string
  readonly label: string
  readonly place: 'composer' | 'thread-composer'
  readonly replyTo: TimelineRow | null
  readonly handle?: Ref<ComposerHandle>
  clearReply(): void
  /** rejects when the message is refused: the text then stays with its author */
  send(written: Written): Promise<void>
  /** Up in an empty field; false if there is nothing to edit */
  editLast(): boolean
}

/** Where a message is written. Enter sends, Shift+Enter breaks the line; the draft is kept as it is typed. */
export function Composer(props: ComposerProps) {
  const { stream, room, label, replyTo } = props
  const { text, setText } = useDraft({ stream, room })
  const field = useRef<HTMLTextAreaElement>(null)
  const caretAfter = useRef<number | null>(null)
  const listId = useId()
  const marks = useNameMarks()
  const mention = useMention({
    stream,
    field,
    onInsert(next, caret) {
      caretAfter.current = caret
      setText(next)
      field.current?.focus()
    },
    onEnter: () => send(),
  })
  const { people, chosen } = mention

  useImperativeHandle(props.handle, () => ({ focus: () => field.current?.focus() }), [])
  useEffect(() => {
    if (replyTo) field.current?.focus()
  }, [replyTo])
  useLayoutEffect(() => {
    if (caretAfter.current === null) return
    field.current?.setSelectionRange(caretAfter.current, caretAfter.current)
    caretAfter.current = null
  })

  useEffect(() => () => sayTyping(null), [])

  const [files, setFiles] = useState<readonly ChosenFile[]>([])
  const choose = useChooser(setFiles)

  const send = () => {
    const written = (field.current?.value ?? text).trim()
    if (!written && files.length === 0) return
    const fault = lengthFault(written)
    if (fault) return showToast({ kind: 'error', text: fault })
    // asked for before the draft goes, so that a tab that is closed now leaves the one or the other
    const sent = props.send({ text: written, replyTo: replyTo?.id ?? null, files })
    setText('', 'now')
    setFiles([])
    sayTyping(null)
    mention.close()
    props.clearReply()
    field.current?.focus()
    sent.catch((error: unknown) => {
      showError(error)
      // before what was typed meanwhile
      setText([written, field.current?.value].filter(Boolean).join('\n'), 'now')
      setFiles((more) => [...files, ...more].slice(0, bounds.files))
    })
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const forMention = mention.onKeyDown(event)
    if (forMention || (event.key === 'Escape' && replyTo)) {
      event.preventDefault()
      event.stopPropagation()
      if (!forMention) props.clearReply()
      return
    }
    // what scrolls in the messages is a stop each: back to the log they are one
    if (event.key === 'Tab' && event.shiftKey) {
      const log = placeOf(props.place === 'composer' ? 'log' : 'thread-log')
      if (log) event.preventDefault()
      log?.focus()
    }
    if (event.key === 'ArrowUp' && text === '' && props.editLast()) event.preventDefault()
  }

  return (
    <div className={css.composer}>
      {people.length > 0 && (
        <ul className={css.people} id={listId} role="listbox" aria-label="People">
          {people.map((person, at) => (
            <li
              key={person.person_id}
              id={`${listId}-${at}`}
              role="option"
              aria-selected={at === chosen}
              className={css.person}
              onPointerDown={(event) => {
                event.preventDefault()
                mention.choose(at)
              }}
            >
              {person.name}
              {marks.get(person.person_id)}
            </li>
          ))}
        </ul>
      )}
      {replyTo && (
        <div className={css.reply}>
          <CornerUpLeft size={14} aria-hidden />
          <span className={css.replyText}>
            Replying to <b>{replyTo.author_name}</b>
          </span>
          <IconButton
            label="Cancel reply"
            onClick={() => {
              props.clearReply()
              field.current?.focus()
            }}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      )}
      <Tray chosen={files} onChange={setFiles} />
      <div className={css.field} onFocus={choose.first}>
        <GrowingTextarea
          onFiles={choose.take}
          ref={field}
          data-focus={props.place}
          aria-label={label}
          placeholder={label}
          value={text}
          onChange={(next) => {
            setText(next)
            sayTyping(next.trim() === '' ? null : { stream, room })
            mention.look()
          }}
          onSelect={mention.look}
          onBlur={mention.close}
          onEnter={send}
          onKeyDown={onKeyDown}
          aria-autocomplete="list"
          aria-controls={people.length > 0 ? listId : undefined}
          aria-activedescendant={people.length > 0 ? `${listId}-${chosen}` : undefined}
          enterKeyHint="send"
        />
        <ChooseFiles onChoose={choose.take} />
        <IconButton
          label="Send message"
          className={css.send}
          disabled={text.trim() === '' && files.length === 0}
          onClick={send}
        >
          <SendHorizontal size={18} aria-hidden />
        </IconButton>
      </div>
      <TypingLine stream={stream} room={room} />
    </div>
  )
}
