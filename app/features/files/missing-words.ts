import type { Missing } from './device-files.ts'

/** Why a file is not shown, for who wants to see it. */
export const missingWords: Readonly<Record<Missing, string>> = {
  offline: 'Not on this device. It comes when you are online.',
  gone: 'This file is no longer there.',
  refused: 'You may not read this file any more.',
  damaged: 'This is no picture, or it is damaged.',
  large: 'This picture is too large to show here. You can save it.',
}
