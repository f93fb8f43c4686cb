import { useId } from 'react'
import { streamKind } from '../../../schema/events/streams.ts'
import { levels, usualLevel, type Level } from '../../../schema/notifications/levels.ts'
import { useDispatch } from '../../live/index.ts'
import { AppDialog } from '../../shell/AppDialog.tsx'
import { showError } from '../../shell/toasts.tsx'
import { muteRoom, setLevel, type NoticeRow } from './settings.ts'
import css from './Notifications.module.css'

const levelWords: Readonly<Record<Level, string>> = {
  all: 'Every message',
  mentions: 'Messages that name me',
  none: 'Nothing',
}

/** What I am told of one room while no tab is open, and whether it is muted. */
export default function RoomNotices(props: {
  readonly actor: string
  readonly stream: string
  readonly room: string
  readonly name: string
  readonly notice: NoticeRow | null
  close(): void
}) {
  const { actor, stream, room, name, notice, close } = props
  const dispatch = useDispatch()
  const group = useId()
  const hint = useId()
  const place = { actor, stream, room }
  const muted = notice?.muted === 1
  const level = notice?.level ?? usualLevel(room.startsWith('direct.'))
  return (
    <AppDialog title={`Notifications of ${name}`} close={close}>
      {streamKind(stream) !== 'local' && (
        <section className={css.section}>
          <fieldset className={css.levels} disabled={muted}>
            <legend>Notify me of</legend>
            {levels.map((each) => (
              <label key={each} className={css.choice}>
                <input
                  type="radio"
                  name={group}
                  checked={level === each}
                  onChange={() => void dispatch([setLevel(place, each)]).catch(showError)}
                />
                {levelWords[each]}
              </label>
            ))}
          </fieldset>
          <p className={css.note}>
            This counts on all your devices that have notifications switched on, and for the threads of the room too.
          </p>
        </section>
      )}
      <section className={css.section}>
        <label className={css.choice}>
          <input
            type="checkbox"
            role="switch"
            checked={muted}
            aria-describedby={hint}
            onChange={({ target }) => void dispatch([muteRoom(place, target.checked)]).catch(showError)}
          />
          Mute this room
        </label>
        <p id={hint} className={css.note}>
          No notifications, and no count of what is unread, in the room and its threads.
        </p>
      </section>
    </AppDialog>
  )
}
