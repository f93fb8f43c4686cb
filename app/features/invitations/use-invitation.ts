import { useMemo } from 'react'
import { useLocationProperty } from 'wouter/use-browser-location'
import type { InvitationLink } from '../../../schema/messages/http.ts'
import { parseInvitation } from './invitation-link.ts'

/** The invitation whose link the address is; null: it is another page's. */
export function useInvitation(): InvitationLink | null {
  const address = useLocationProperty(() => location.pathname + location.hash)
  return useMemo(() => parseInvitation(address), [address])
}
