import type { PushInfo, PushTest } from '../../../schema/messages/http.ts'
import { ask } from '../identity/identity.ts'
import { deviceState, type Browser, type DeviceState } from './device-state.ts'

/** This device's pushes: the browser's side and the server's, kept in step. Each rejects with words for a person. */
export async function readDevice(): Promise<DeviceState> {
  const server = (await (await ask('/api/push')).json()) as PushInfo
  return deviceState(await readBrowser(), server)
}

/** Asks the person, so only at their wish. */
export async function switchOn(key: string): Promise<DeviceState> {
  if ((await Notification.requestPermission()) !== 'granted') return readDevice()
  const { pushManager } = await registration()
  // one that another server, or an older key, was given says nothing to this one
  await (await pushManager.getSubscription())?.unsubscribe()
  const subscription = await inTime(
    pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }).catch(() => {
      throw new Error(notReached)
    }),
  )
  await ask('/api/push', { method: 'POST', body: JSON.stringify(subscription) })
  return readDevice()
}

export async function switchOff(): Promise<DeviceState> {
  await ask('/api/push/off', { method: 'POST' })
  await (await (await registration()).pushManager.getSubscription())?.unsubscribe()
  return readDevice()
}

/** What the push service said of a push without a message; the device shows it a moment later. */
export async function sendTest(): Promise<PushTest['outcome']> {
  return ((await (await ask('/api/push/test', { method: 'POST' })).json()) as PushTest).outcome
}

async function readBrowser(): Promise<Browser> {
  const hasPush = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
  const isHandheldApple = /iPhone|iPad|iPod/.test(navigator.userAgent)
  if (!hasPush) return { hasPush, isHandheldApple, permission: 'default', endpoint: null }
  const subscription = await (await registration()).pushManager.getSubscription()
  return { hasPush, isHandheldApple, permission: Notification.permission, endpoint: subscription?.endpoint ?? null }
}

const patienceMs = 30_000
const notReached =
  'The browser could not reach its push service. Your network may block it, or the browser does not allow it in private windows.'

const registration = (): Promise<ServiceWorkerRegistration> => inTime(navigator.serviceWorker.ready)

/** A browser without a way to its push service waits for ever. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(notReached)), patienceMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
