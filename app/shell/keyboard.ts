import { usesTouch } from '../focus/places.ts'

/** Apple's keyboards say ⌘ where the others say Ctrl. */
export function isApple(platform = platformName()): boolean {
  return /mac|iphone|ipad/i.test(platform)
}

/** How a shortcut is told: Ctrl+K, ⌘K. */
export function shortcut(key: string, apple = isApple()): string {
  return apple ? `⌘${key}` : `Ctrl+${key}`
}

/** A phone has no keys to tell of. */
export const hasKeyboard = (): boolean => !usesTouch()

function platformName(): string {
  const { userAgentData, platform } = navigator as Navigator & { userAgentData?: { platform: string } }
  return userAgentData?.platform ?? platform
}
