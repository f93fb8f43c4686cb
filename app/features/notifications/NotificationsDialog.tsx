import { useEffect, useState } from 'react'
import { useDispatch, useLiveRow } from '../../live/index.ts'
import { AppDialog } from '../../shell/AppDialog.tsx'
import { Button } from '../../shell/Button.tsx'
import { showError } from '../../shell/toasts.tsx'
import type { PushTest } from '../../../schema/messages/http.ts'
import type { QuietHours } from '../../../schema/notifications/quiet-hours.ts'
import { useWork } from '../account/use-work.ts'
import type { DeviceState } from './device-state.ts'
import { readDevice, sendTest, switchOff, switchOn } from './device.ts'
import { hoursIn, minuteOf, quietHoursOf, setQuietHours, timeOf } from './settings.ts'
import css from './Notifications.module.css'

/** What I am told of while no tab is open: on this device, and when. */
export default function NotificationsDialog({ actor, close }: { actor: string; close(): void }) {
  return (
    <AppDialog title="Notifications" close={close}>
      <ThisDevice />
      <QuietTime actor={actor} />
      <section className={css.section}>
        <h3>What you are told of</h3>
        <p className={css.note}>
          Direct messages, and messages that name you. The bell at the top of each room changes that for the room, or
          mutes it. What you read on one device is not told on another.
        </p>
      </section>
    </AppDialog>
  )
}

function ThisDevice() {
  const { busy, error, run } = useWork()
  const [state, setState] = useState<DeviceState | null>(null)
  const [failed, setFailed] = useState<string | null>(null)
  const [tried, setTried] = useState<PushTest['outcome'] | null>(null)
  useEffect(() => {
    let gone = false
    readDevice().then(
      (read) => void (gone || setState(read)),
      (failure: unknown) => void (gone || setFailed((failure as Error).message)),
    )
    return () => void (gone = true)
  }, [])
  const change = (work: () => Promise<DeviceState>) =>
    void run('change', async () => {
      setTried(null)
      setState(await work())
    })
  return (
    <section className={css.section} aria-labelledby="this-device">
      <h3 id="this-device">On this device</h3>
      {state?.type === 'on' || state?.type === 'off' ? (
        <label className={css.choice}>
          <input
            type="checkbox"
            role="switch"
            checked={state.type === 'on'}
            disabled={busy !== null}
            onChange={() => change(() => (state.type === 'off' ? switchOn(state.key) : switchOff()))}
          />
          Notify me on this device
        </label>
      ) : null}
      <p className={css.note} role="status">
        {failed ?? (busy === 'change' ? 'Asking the browser and its push service…' : wordsFor(state))}
      </p>
      {error && (
        <p className={css.error} role="alert">
          {error}
        </p>
      )}
      {state?.type === 'on' && (
        <div className={css.buttons}>
          <Button
            disabled={busy !== null}
            onClick={() =>
              void run('test', async () => {
                setTried(null)
                const outcome = await sendTest()
                setTried(outcome)
                if (outcome === 'gone') setState(await readDevice())
              })
            }
          >
            {busy === 'test' ? 'Sending…' : 'Send me a test'}
          </Button>
          {tried && (
            <span className={css.note} role="status">
              {testWords[tried]}
            </span>
          )}
        </div>
      )}
      {state?.type === 'off' && tried === 'gone' && <p className={css.note}>{testWords.gone}</p>}
    </section>
  )
}

function wordsFor(state: DeviceState | null): string {
  switch (state?.type) {
    case undefined:
      return 'Asking the server…'
    case 'unsupported':
      return state.onHomeScreen
        ? 'Add this app to the home screen first (Share, then Add to Home Screen), and open it there. Then it can notify you.'
        : 'This browser cannot notify you while the app is closed. A private window cannot, nor can an address without https.'
    case 'denied':
      return 'Notifications from this site are blocked in this browser. To undo that, click the sign before the address at the top, allow notifications, and open this dialog again.'
    case 'server-silent':
      return 'This server does not send notifications.'
    case 'off':
      return 'You are told of nothing while the app is closed. When you switch this on, the browser asks whether it may.'
    case 'on':
      return 'You are told here while the app is closed. The push service of your browser learns that there is news, and when; not from whom, nor what it says.'
  }
}

const testWords: Readonly<Record<PushTest['outcome'], string>> = {
  sent: 'Sent. It shows within seconds; if it does not, look whether your system holds back notifications of this browser.',
  gone: 'The push service no longer knows this device. Switch notifications on once more.',
  refused: 'The push service did not accept it. Switch notifications off and on again.',
  later: 'The push service cannot be reached from the server just now. Try again later.',
}

const usualHours = { from: 22 * 60, to: 7 * 60 }

function QuietTime({ actor }: { actor: string }) {
  const dispatch = useDispatch()
  const { row, loading } = useLiveRow(quietHoursOf(actor))
  const hours = hoursIn(row)
  const zone = hours?.zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone
  const set = (next: QuietHours | null) => void dispatch([setQuietHours(actor, next)]).catch(showError)
  const field = (name: 'from' | 'to', label: string) => (
    <label>
      {label}
      <input
        type="time"
        required
        defaultValue={timeOf(hours![name])}
        onChange={({ target }) => {
          const minute = minuteOf(target.value)
          if (minute !== null) set({ ...hours!, zone, [name]: minute })
        }}
      />
    </label>
  )
  return (
    <section className={css.section} aria-labelledby="quiet-hours">
      <h3 id="quiet-hours">Quiet hours</h3>
      <label className={css.choice}>
        <input
          type="checkbox"
          role="switch"
          checked={hours !== null}
          disabled={loading}
          onChange={({ target }) => set(target.checked ? { ...usualHours, zone } : null)}
        />
        No notifications at night
      </label>
      {hours && (
        <div className={css.times}>
          {field('from', 'From')}
          {field('to', 'to')}
        </div>
      )}
      <p className={css.note}>
        {hours
          ? `Every day, on all your devices, by the time of ${zone.replaceAll('_', ' ')}. What comes then waits in the app.`
          : 'For all your devices.'}
      </p>
    </section>
  )
}
