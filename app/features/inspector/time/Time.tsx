import { useRoute } from '../../../routes.ts'
import { streamOfRoom } from '../../../../schema/events/streams.ts'
import { Outbox } from './Outbox.tsx'
import { Past } from './Past.tsx'
import css from './Time.module.css'

/** The room on screen as it was at any moment, and what this device has not sent yet. */
export default function Time() {
  const { space, room } = useRoute()
  return (
    <div className={css.part}>
      {space && room ? (
        <Past key={room} stream={streamOfRoom(space, room)} room={room} />
      ) : (
        <p>Open a room to see it as it was.</p>
      )}
      <Outbox />
    </div>
  )
}
