import type { Anchor } from './scroll-core.ts'

/**
 * From where one item stands: the first wanted item from it on downwards, and where that stands. Null where there is none.
 *
 * Example: a date line of 40 px whose top is cut off by 15, and a message below it: the message, at 25.
 */
export function nextBelow<Item extends { readonly key: string }, Wanted extends Item>(
  items: readonly Item[],
  { key, top }: Anchor,
  isWanted: (item: Item) => item is Wanted,
  sizeOf: (key: string) => number,
): { readonly item: Wanted; readonly top: number } | null {
  const from = items.findIndex((item) => item.key === key)
  let standsAt = top
  for (let index = from; index >= 0 && index < items.length; index++) {
    const item = items[index]!
    if (isWanted(item)) return { item, top: standsAt }
    standsAt += sizeOf(item.key)
  }
  return null
}
