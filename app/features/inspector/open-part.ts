import { openInspector } from '../../routes.ts'
import type { PartName } from './parts.ts'

/** Opens the inspector at one of its parts; `of` says of what, in the part's own words. */
export function openPart(part: PartName, of: string | null = null): void {
  openInspector({ part, of })
}
