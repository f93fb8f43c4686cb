import { assertNever } from '../../../schema/assert.ts'
import type { ChatStatus } from '../../../schema/messages/chat-status.ts'

/** The pill's words. `tone` picks its colour. */
export interface StatusWords {
  readonly tone: 'ok' | 'busy' | 'off' | 'bad'
  readonly short: string
  readonly storage: string
  /** 0…1 of the history that is still coming, null when none is */
  readonly progress: number | null
}

export function describeStatus(status: ChatStatus, local: boolean): StatusWords {
  const { sync, outbox } = status
  const applied = sync.progress.reduce((sum, each) => sum + Math.min(each.applied, each.total), 0)
  const total = sync.progress.reduce((sum, each) => sum + each.total, 0)
  const progress = total > 0 && applied < total ? applied / total : null
  const storage = {
    unknown: 'opening what is stored',
    opfs: 'kept on this device',
    memory: 'not kept: closed with the last tab',
  }[status.storage]
  const words = (tone: StatusWords['tone'], short: string): StatusWords => ({ tone, short, storage, progress })

  // what happened once is being mended, or is by now
  if (status.problem && status.problem.at === undefined) return words('bad', 'Needs attention')
  if (outbox.failed > 0) return words('bad', outbox.failed === 1 ? '1 not sent' : `${outbox.failed} not sent`)
  if (status.role === 'starting' || status.activeTab === null) return words('busy', 'Starting')
  if (progress !== null) return words('busy', `Syncing ${Math.floor(progress * 100)} %`)
  const queued = outbox.pending > 0 ? ` · ${outbox.pending} to send` : ''
  switch (sync.state) {
    case 'live':
      return outbox.pending > 0 ? words('busy', `Sending ${outbox.pending}`) : words('ok', 'Up to date')
    case 'syncing':
      return words('busy', `Syncing${queued}`)
    case 'connecting':
      return words('busy', `Connecting${queued}`)
    case 'offline':
      return words('off', `Offline${queued}`)
    case 'off':
    case 'signed-out':
      return words(
        outbox.pending > 0 ? 'off' : 'ok',
        local || outbox.pending === 0 ? 'On this device' : `Signed out${queued}`,
      )
  }
}

/** Beside a message that the server does not have yet. */
export function pendingWords(sync: ChatStatus['sync']['state']): string {
  switch (sync) {
    case 'live':
    case 'syncing':
      return 'sending…'
    case 'connecting':
    case 'offline':
      return 'waiting for the network'
    case 'off':
    case 'signed-out':
      return 'waiting: you are signed out'
    default:
      return assertNever(sync)
  }
}
