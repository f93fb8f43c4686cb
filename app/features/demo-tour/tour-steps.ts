/** The two minutes that show what is behind the demo. Each step says what to do and what to see; its button does it, or begins it. */
export const tourSteps = [
  {
    name: 'second-tab',
    title: 'Open a second tab',
    see: 'Write something in one of the two. The other one has it in the same moment: both look at one database, and each query runs once for all tabs.',
    button: 'Open a second tab',
  },
  {
    name: 'leader',
    title: 'Take the leader away',
    see: 'One tab has the database open and leads. Close the first tab, and go on here, in the second one: it has taken over within two tenths of a second, and nothing is lost.',
    button: 'See the tabs',
  },
  {
    name: 'network',
    title: 'Turn the network off',
    see: 'Pull the plug, or choose “Offline” in the browser’s tools. Then reload: the last screen is there at once, and live a moment later.',
    button: 'Reload this page',
  },
  {
    name: 'query',
    title: 'Watch a query',
    see: 'Every list on this screen is an SQL query that is kept up to date, row by row. The inspector shows each with what it costs. Write a message beside it, and watch the figures.',
    button: 'Open the inspector',
  },
  {
    name: 'view',
    title: 'Save a view',
    see: 'Run the SELECT that is there, and save it. It stands in the list of rooms from then on, with a number that is live.',
    button: 'Ask who writes most',
  },
] as const

export type TourStep = (typeof tourSteps)[number]['name']

/** Example: '["leader"]' → leader. What is no step of this build does not count. */
export function readDone(stored: string | null): ReadonlySet<TourStep> {
  try {
    const names = JSON.parse(stored ?? '[]') as unknown
    return new Set(tourSteps.map(({ name }) => name).filter((name) => Array.isArray(names) && names.includes(name)))
  } catch {
    return new Set()
  }
}

export const writeDone = (done: ReadonlySet<TourStep>): string => JSON.stringify([...done])

/** The first that is not done; null: all are. */
export function nextStep(done: ReadonlySet<TourStep>): TourStep | null {
  return tourSteps.find(({ name }) => !done.has(name))?.name ?? null
}
