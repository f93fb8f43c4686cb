import type { Live } from '../../live/index.ts'
import { currentRoute, goToMessage, panelBeside } from '../../routes.ts'
import { showToast } from '../../shell/toasts.tsx'
import { messagePlace } from './timeline-query.ts'

/** Shows a message that lies in another room of the space, or in a thread. */
export async function jumpElsewhere({ client }: Live, stream: string, message: string): Promise<void> {
  const { rows } = await client.query(messagePlace, [stream, message])
  const found = rows[0]
  if (!found) return void showToast({ text: 'That message is not here yet.' })
  const [place, , kind, parentRoom, space] = found as [string, unknown, string | null, string | null, string | null]
  if (!space) return
  if (kind === 'thread')
    goToMessage({ space, room: parentRoom ?? currentRoute().room, panel: { kind: 'thread', thread: place }, message })
  else goToMessage({ space, room: place, panel: panelBeside(currentRoute().panel), message })
}
