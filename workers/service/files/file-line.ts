import { chatNames } from '../../../schema/messages/sync.ts'

/** The sync client → tabs, over a BroadcastChannel: how far a message's file is on its way, and that all of them are there. */
export type FileNews =
  | {
      readonly type: 'SENDING'
      readonly stream: string
      readonly message: string
      readonly sha256: string
      /** bytes that the server has */
      readonly sent: number
      readonly size: number
    }
  | { readonly type: 'SENT'; readonly stream: string; readonly message: string }

export const fileChannel = `${chatNames.peerChannel} files`

export function openFileLine(): (news: FileNews) => void {
  const channel = new BroadcastChannel(fileChannel)
  return (news) => channel.postMessage(news)
}
