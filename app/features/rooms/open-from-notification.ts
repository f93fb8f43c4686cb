import { spaceOfStream } from '../../../schema/events/streams.ts'
import type { OpenRoomRequest } from '../../../schema/messages/sync.ts'
import { navigate } from '../../routes.ts'

/** A notification was clicked while this window was open: show the message that it told of. */
export function openFromNotifications(): void {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  container?.addEventListener('message', ({ data }: MessageEvent<OpenRoomRequest | null>) => {
    if (data?.type === 'OPEN_ROOM') {
      const { stream, room, thread, message } = data
      const panel = thread === null ? null : ({ kind: 'thread', thread } as const)
      navigate({ space: spaceOfStream(stream), room, panel, message })
    }
  })
}
