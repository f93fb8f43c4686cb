import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  type WebAuthnCredential,
} from '@simplewebauthn/server'
import { isIP } from 'node:net'
import { Fault } from '../fault.ts'
import type { Accounts } from '../accounts.ts'
import type { Challenges } from './challenges.ts'

/** The site as a passkey knows it: its host's name, and the page's origin. */
export interface Site {
  readonly origin: string
  readonly host: string
}

/** What a passkey is made for: a person who is signed in, in that session alone, or one who is new. */
export interface Creation {
  readonly actor: string
  readonly name: string
  readonly session: string | null
}

/**
 * The server's half of WebAuthn. Each challenge is answered once, within minutes, by the page of this site; `create` and
 * `signIn` throw PASSKEY_REFUSED for every other answer, whatever is wrong with it.
 */
export interface RelyingParty {
  creationOptions(site: Site, creation: Creation): Promise<PublicKeyCredentialCreationOptionsJSON>
  /** the new passkey's public half, and whom it was made for */
  create(site: Site, response: RegistrationResponseJSON): Promise<Creation & { credential: WebAuthnCredential }>
  requestOptions(site: Site): Promise<PublicKeyCredentialRequestOptionsJSON>
  /** whose passkey it is */
  signIn(site: Site, response: AuthenticationResponseJSON): Promise<string>
}

/** What a challenge was given for. */
export type Purpose = ({ readonly for: 'creation' } & Creation) | { readonly for: 'sign-in' }

export function startRelyingParty(accounts: Accounts, challenges: Challenges): RelyingParty {
  const { passkeys } = accounts
  return {
    async creationOptions(site, creation) {
      const options = await generateRegistrationOptions({
        rpName: 'Reactive SQLite',
        rpID: site.host,
        userID: new TextEncoder().encode(creation.actor),
        userName: creation.name,
        userDisplayName: creation.name,
        excludeCredentials: passkeys.credentialsOf(creation.actor),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      await challenges.give(options.challenge, { for: 'creation', ...creation })
      return options
    },
    async create(site, response) {
      let creation: Purpose | null = null
      const { registrationInfo } = await verified(() =>
        verifyRegistrationResponse({
          response,
          expectedChallenge: async (challenge) => (creation = await challenges.take(challenge))?.for === 'creation',
          expectedOrigin: site.origin,
          expectedRPID: site.host,
        }),
      )
      const { actor, name, session } = creation as unknown as Creation // the challenge was verified
      return { actor, name, session, credential: registrationInfo!.credential }
    },
    async requestOptions(site) {
      const options = await generateAuthenticationOptions({ rpID: site.host, userVerification: 'required' })
      await challenges.give(options.challenge, { for: 'sign-in' })
      return options
    },
    async signIn(site, response) {
      const stored = passkeys.find(response.id)
      if (!stored) throw refused('this server does not know the passkey')
      const { authenticationInfo } = await verified(() =>
        verifyAuthenticationResponse({
          response,
          expectedChallenge: async (challenge) => (await challenges.take(challenge))?.for === 'sign-in',
          expectedOrigin: site.origin,
          expectedRPID: site.host,
          credential: stored.credential,
        }),
      )
      await accounts.usedPasskey(stored.actor, response.id, authenticationInfo.newCounter)
      return stored.actor
    },
  }
}

/** A passkey belongs to a name: browsers take none for a bare number. */
export function siteOf(origin: string): Site {
  const { hostname } = new URL(origin)
  if (isIP(hostname.replaceAll(/[[\]]/g, '')) !== 0) {
    const message = `a passkey needs a site with a name: open this app at ${origin.replace(hostname, 'localhost')}`
    throw new Fault('INSECURE_CONTEXT', message)
  }
  return { origin, host: hostname }
}

/** What the library throws says how the answer was wrong; that is for the log of nobody but its maker. */
async function verified<T extends { verified: boolean }>(verify: () => Promise<T>): Promise<T> {
  const result = await verify().catch((error: unknown) => {
    throw refused((error as Error).message.slice(0, 200).toWellFormed())
  })
  if (!result.verified) throw refused('the signature is wrong')
  return result
}

const refused = (message: string) => new Fault('PASSKEY_REFUSED', message)
