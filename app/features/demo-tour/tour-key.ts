/** In localStorage: which steps of the tour were done. */
export const tourKey = 'demo-tour'
