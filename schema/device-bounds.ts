/** What a device keeps at most of what could grow without end. (The bounds of an event are in events/bounds.ts.) */
export const deviceBounds = {
  /** events that could not be taken: the newest are kept with their reason, all are counted */
  setAside: 500,
  /** characters kept of each */
  setAsideLength: 2000,
} as const
