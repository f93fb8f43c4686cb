/** What a device keeps, or looks at, at most of what could grow without end. (The bounds of an event are in events/bounds.ts.) */
export const deviceBounds = {
  /** events that could not be taken: the newest are kept with their reason, all are counted */
  setAside: 500,
  /** characters kept of each */
  setAsideLength: 2000,
  /** messages that a search looks at: found by the index and sorted by age, or else the newest */
  searchMatches: 40_000,
  searchNewest: 100_000,
} as const
