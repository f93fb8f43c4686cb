import { readFileSync, writeFileSync } from 'node:fs'
import webPush from 'web-push'
import { CannotStart } from '../cannot-start.ts'

/** With these the server proves to push services who it is. A browser's subscription is bound to the public one for ever. */
export interface Vapid {
  readonly publicKey: string
  readonly privateKey: string
  readonly subject: string
}

/** Made at the first start. Another pair would end every subscription, so a file that cannot be read is not replaced. */
export function openVapidKeys(path: string, subject: string): Vapid {
  const stored = readStored(path)
  if (stored !== null) return { ...keysIn(stored, path), subject }
  const made = webPush.generateVAPIDKeys()
  writeFileSync(path, JSON.stringify(made), { mode: 0o600, flag: 'wx', flush: true })
  return { ...made, subject }
}

function readStored(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function keysIn(text: string, path: string): Omit<Vapid, 'subject'> {
  const { publicKey, privateKey } = parse(text) ?? {}
  if (isKey(publicKey, 65) && isKey(privateKey, 32)) return { publicKey, privateKey }
  throw new CannotStart(
    `${path} holds no keys. Put a copy of it back, or remove it: then every device has to switch on notifications anew.`,
  )
}

function parse(text: string): Partial<Record<string, unknown>> | null {
  try {
    return JSON.parse(text) as Record<string, unknown> | null
  } catch {
    return null
  }
}

const isKey = (key: unknown, bytes: number): key is string =>
  typeof key === 'string' && Buffer.from(key, 'base64url').length === bytes
