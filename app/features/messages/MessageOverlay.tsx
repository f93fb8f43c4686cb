import { Copy, Eraser, Link, Pencil, Pin, PinOff, Route, Trash2 } from 'lucide-react'
import { use, useMemo } from 'react'
import { Dialog, Menu, MenuItem, Popover, type Key } from 'react-aria-components'
import { deletedStates } from '../../../schema/events/facts.ts'
import { refKey } from '../../../schema/messages/trace.ts'
import { useLive, useLiveRow } from '../../live/index.ts'
import { openInspector } from '../../routes.ts'
import { showError, showToast } from '../../shell/toasts.tsx'
import { useSettlesAll } from '../conflicts/conflicts.tsx'
import { messageBody, type TimelineRow } from '../timeline/timeline-query.ts'
import { EmojiPicker } from './EmojiPicker.tsx'
import { MayWrite } from './may-write.ts'
import css from './MessageOverlay.module.css'

export interface MessageOverlayProps {
  readonly kind: 'menu' | 'emoji'
  readonly row: TimelineRow
  readonly anchor: HTMLElement
  readonly mine: boolean
  readonly link: string
  readonly on: { edit(): void; remove(): void; erase(): void; pin(add: boolean): void; react(emoji: string): void }
  close(): void
}

/** The menu or the emoji picker of a message: a chunk of its own, loaded when the first one is opened. */
export default function MessageOverlay(props: MessageOverlayProps) {
  const anchor = useMemo(() => ({ current: props.anchor }), [props.anchor])
  return (
    <Popover
      triggerRef={anchor}
      isOpen
      onOpenChange={(open) => !open && props.close()}
      placement="bottom end"
      aria-label={props.kind === 'menu' ? 'Message actions' : 'Reactions'}
      className={css.popover!}
    >
      {props.kind === 'menu' ? <ActionMenu {...props} /> : <Emoji {...props} />}
    </Popover>
  )
}

function Emoji({ on, close }: MessageOverlayProps) {
  return (
    <Dialog aria-label="Pick a reaction" className={css.dialog!}>
      <EmojiPicker
        onPick={(emoji) => {
          close()
          on.react(emoji)
        }}
      />
    </Dialog>
  )
}

function ActionMenu({ row, link, on, close, ...props }: MessageOverlayProps) {
  const mayWrite = use(MayWrite)
  const mine = props.mine && mayWrite
  const isAdmin = useSettlesAll()
  const mayErase = mayWrite && (props.mine || isAdmin)
  const gone = row.deleted !== 0
  const { client } = useLive()
  // there by the time it is chosen: a browser may want the text in the click itself
  const { row: whole } = useLiveRow(messageBody(row))
  const copy = async (text: string, what: string) => {
    await navigator.clipboard.writeText(text)
    showToast({ text: `${what} copied` })
  }
  const bodyNow = async () => {
    const { sql, parameters } = messageBody(row)
    return (await client.query(sql, parameters)).rows[0]![0] as string
  }
  const run = (key: Key) => {
    close()
    if (key === 'edit') on.edit()
    if (key === 'delete') on.remove()
    if (key === 'erase') on.erase()
    if (key === 'pin') on.pin(row.pinned === 0)
    if (key === 'copy')
      void (whole ? copy(whole.body, 'Text') : bodyNow().then((text) => copy(text, 'Text'))).catch(showError)
    if (key === 'why')
      openInspector({ part: 'why', of: refKey({ table: 'timeline_items', stream: row.stream, id: row.id }) })
    if (key === 'link') void copy(new URL(link, location.href).href, 'Link').catch(showError)
  }
  return (
    <Menu aria-label="Message actions" onAction={run} autoFocus="first" className={css.menu!}>
      {mine && !gone && (
        <MenuItem id="edit" className={css.item!} textValue="Edit">
          <Pencil size={16} aria-hidden /> Edit <kbd>E</kbd>
        </MenuItem>
      )}
      {mayWrite && !gone && (
        <MenuItem id="pin" className={css.item!} textValue={row.pinned ? 'Unpin' : 'Pin'}>
          {row.pinned ? <PinOff size={16} aria-hidden /> : <Pin size={16} aria-hidden />} {row.pinned ? 'Unpin' : 'Pin'}
        </MenuItem>
      )}
      {!gone && (
        <MenuItem id="copy" className={css.item!} textValue="Copy text">
          <Copy size={16} aria-hidden /> Copy text
        </MenuItem>
      )}
      <MenuItem id="link" className={css.item!} textValue="Copy link">
        <Link size={16} aria-hidden /> Copy link
      </MenuItem>
      <MenuItem id="why" className={css.item!} textValue="Why is this here?">
        <Route size={16} aria-hidden /> Why is this here?
      </MenuItem>
      {mine && !gone && (
        <MenuItem id="delete" className={`${css.item} ${css.danger}`} textValue="Delete">
          <Trash2 size={16} aria-hidden /> Delete <kbd>Del</kbd>
        </MenuItem>
      )}
      {mayErase && row.deleted !== deletedStates.erased && (
        <MenuItem
          id="erase"
          className={`${css.item} ${css.danger}`}
          textValue={gone ? 'Erase for good' : 'Delete for good'}
        >
          <Eraser size={16} aria-hidden /> {gone ? 'Erase for good…' : 'Delete for good…'}
        </MenuItem>
      )}
    </Menu>
  )
}
