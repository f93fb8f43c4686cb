import type { WebAuthnError } from '@simplewebauthn/browser'
import type { Identity, PasskeyAdded } from '../../../schema/messages/http.ts'
import { ask, signedInAs } from '../identity/identity.ts'

/**
 * Passkeys as the app uses them: the browser talks with the device that holds them, the server verifies. Each rejects
 * with words for a person.
 */
export async function addPasskey(): Promise<PasskeyAdded> {
  return create({})
}

/** A new person, who comes with a passkey. */
export async function createAccount(name: string): Promise<PasskeyAdded> {
  const added = await create({ name })
  signedInAs({ actor: added.actor, name: added.name })
  return added
}

export async function signInWithPasskey(): Promise<void> {
  const { startAuthentication } = await webAuthn()
  const optionsJSON = await post<Parameters<typeof startAuthentication>[0]['optionsJSON']>('/api/passkeys/request')
  const response = await startAuthentication({ optionsJSON }).catch(inWords)
  signedInAs(await post<Identity>('/api/passkeys/sign-in', { response }))
}

export async function signInWithCode(code: string): Promise<void> {
  signedInAs(await post<Identity>('/api/recovery', { code }))
}

async function create(body: object): Promise<PasskeyAdded> {
  const { startRegistration } = await webAuthn()
  const optionsJSON = await post<Parameters<typeof startRegistration>[0]['optionsJSON']>('/api/passkeys/creation', body)
  const response = await startRegistration({ optionsJSON }).catch(inWords)
  return post('/api/passkeys', { response })
}

async function webAuthn() {
  const library = await import('@simplewebauthn/browser')
  if (!library.browserSupportsWebAuthn()) throw new Error('This browser has no passkeys.')
  return library
}

async function post<T>(path: string, body: object = {}): Promise<T> {
  return (await (await ask(path, { method: 'POST', body: JSON.stringify(body) })).json()) as T
}

function inWords(error: WebAuthnError | Error): never {
  const code = 'code' in error ? error.code : null
  if (code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') {
    throw new Error('There is a passkey of this account on this device already.', { cause: error })
  }
  if (code === 'ERROR_INVALID_DOMAIN' || code === 'ERROR_INVALID_RP_ID') {
    throw new Error('Passkeys do not work under this address.', { cause: error })
  }
  if (error.name === 'NotAllowedError') {
    throw new Error('The passkey was not confirmed, or it took too long. Nothing was changed.', { cause: error })
  }
  throw new Error(`The browser could not use a passkey: ${error.message}`, { cause: error })
}
