/** What one statement of the console may take; the leader keeps to it (schema/live.ts). */
export const consoleBounds = { rows: 200, milliseconds: 2000 } as const
/** Wider results are cut on screen. */
export const columnsShown = 40
