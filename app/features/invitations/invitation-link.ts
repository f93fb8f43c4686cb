import type { InvitationLink } from '../../../schema/messages/http.ts'

/**
 * The link of an invitation: /join/<space>/<invitation>#<secret>. The secret is behind the #, so that no server, proxy or log on the
 * way is sent it before a person says that they want to join.
 */
export function formatInvitation({ space, invitation, secret }: InvitationLink): string {
  return `/join/${encodeURIComponent(space)}/${encodeURIComponent(invitation)}#${secret}`
}

/** Null: the address is another page's. What is missing of a link that was cut off is ''. */
export function parseInvitation(address: string): InvitationLink | null {
  const { pathname, hash } = new URL(address, 'http://rooms.invalid')
  const [, first, ...parts] = pathname.split('/')
  if (first !== 'join') return null
  const [space = '', invitation = ''] = parts.map(decoded)
  return { space, invitation, secret: hash.slice(1) }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** 256 random bits in letters that survive every mail program, and what the space's events keep of them. */
export async function makeSecret(): Promise<{ readonly secret: string; readonly hash: string }> {
  const secret = hex(crypto.getRandomValues(new Uint8Array(32)))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))
  return { secret, hash: hex(new Uint8Array(digest)) }
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
