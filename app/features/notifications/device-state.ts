import type { PushInfo } from '../../../schema/messages/http.ts'

/** Whether this device is told of messages while no tab is open, or why it cannot be. */
export type DeviceState =
  /** `later`: it works once the app is on the home screen (iPhone, iPad) */
  | { readonly type: 'unsupported'; readonly onHomeScreen: boolean }
  /** the person, or somebody for them, refused it in the browser */
  | { readonly type: 'denied' }
  | { readonly type: 'server-silent' }
  | { readonly type: 'off'; readonly key: string }
  | { readonly type: 'on' }

/** What the browser says of itself. */
export interface Browser {
  readonly hasPush: boolean
  readonly isHandheldApple: boolean
  readonly permission: NotificationPermission
  /** of the subscription that it has */
  readonly endpoint: string | null
}

/** It is on when all three agree: the permission, the browser's subscription, and the server's knowledge of it. */
export function deviceState(
  { hasPush, isHandheldApple, permission, endpoint }: Browser,
  server: PushInfo,
): DeviceState {
  if (!hasPush) return { type: 'unsupported', onHomeScreen: isHandheldApple }
  if (server.key === null) return { type: 'server-silent' }
  if (permission === 'denied') return { type: 'denied' }
  const agreed = permission === 'granted' && endpoint !== null && endpoint === server.endpoint
  return agreed ? { type: 'on' } : { type: 'off', key: server.key }
}
