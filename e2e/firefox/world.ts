import type { RuntimeSite } from '../support/runtime-site.ts'
import type { SyncServer } from '../support/sync-server.ts'
import type { Firefox, Page } from './driver.ts'

/** What a sentence starts from: servers with empty data, and a browser with an empty profile. */
export interface World {
  readonly server: SyncServer
  readonly site: RuntimeSite
  readonly firefox: Firefox
  /** a picture for a person to look at */
  look(page: Page, name: string): Promise<void>
}
export type Sentence = (world: World) => Promise<void>
