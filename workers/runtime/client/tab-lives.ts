import type { FromTab } from '../../../schema/messages/runtime/tab.ts'
import { startLife, type Life, type LifeOptions } from './tab-life.ts'

export interface LivesOptions extends Omit<LifeOptions, 'life' | 'registration' | 'workerDied'> {
  readonly registration: (life: number) => FromTab
  /** A life ended: what was on its way to this page is not heard any more. */
  readonly ended: () => void
}

export interface Lives {
  post(message: FromTab): void
  /** The page is about to be frozen or hidden away: it hands over now; nothing runs later. */
  suspend(): void
  resume(): void
  close(): void
}

/** The pause before a dead worker is replaced doubles, until one lives this long. */
const respawnMs = { first: 100, last: 10_000, healthyAfter: 20_000 }

/** A tab's lives, one after another: its page is frozen and comes back, its worker dies and is replaced. */
export function startLives(options: LivesOptions): Lives {
  const { clock } = options.platform
  let life = 0
  let bornAt = 0
  let deaths = 0
  let closed = false
  let current: Life | null = null
  let cancelRespawn = () => {}

  function suspend(): void {
    cancelRespawn()
    current?.end()
    current = null
    options.ended()
  }

  function resume(): void {
    if (closed || current) return
    life += 1
    bornAt = clock.now()
    current = startLife({ ...options, life, registration: () => options.registration(life), workerDied })
  }

  /** Its script did not load, or somebody ended it: its death was told to nobody, so all begins anew. */
  function workerDied(): void {
    if (clock.now() - bornAt >= respawnMs.healthyAfter) deaths = 0
    suspend()
    cancelRespawn = clock.after(Math.min(respawnMs.first * 2 ** deaths++, respawnMs.last), resume)
  }

  return {
    post: (message) => current?.post(message),
    suspend,
    resume,
    close() {
      closed = true
      suspend()
    },
  }
}
