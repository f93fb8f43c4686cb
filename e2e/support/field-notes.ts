import type { Page } from '@playwright/test'
import { expect, test as base } from './fixtures.ts'
import { OtherPerson } from './other-person.ts'
import { composer, openRoom, signIn } from './rooms.ts'

interface Fixtures {
  readonly host: OtherPerson
  readonly place: { readonly ofSpace: string; readonly stream: string; readonly room: string }
  readonly enter: () => Promise<Page>
}

/**
 * A room on the server, made by somebody else, and Ada in it: where most tests of the whole app begin. `enter` gives a
 * tab of hers in that room; with the first one she signs in.
 */
export const test = base.extend<Fixtures>({
  host: async ({ server }, provide) => provide(await OtherPerson.signIn(server.url, 'Hana Host')),
  place: async ({ host }, provide) => {
    const { ofSpace, stream, rooms } = await host.createSpace('Field notes', ['general'])
    await provide({ ofSpace, stream, room: rooms[0]! })
  },
  enter: async ({ openTab, place }, provide) => {
    void place
    let path: string | null = null
    await provide(async () => {
      const tab = await openTab(path ?? '/')
      if (path === null) {
        await signIn(tab, 'Ada')
        await openRoom(tab, 'general')
      }
      await expect(composer(tab)).toBeVisible()
      path ??= new URL(tab.url()).pathname
      return tab
    })
  },
})
export { expect }
