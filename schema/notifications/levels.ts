/** Which messages of a room a person is told of; a mention: the message names the person. */
export const levels = ['all', 'mentions', 'none'] as const
export type Level = (typeof levels)[number]

/** Where nobody said otherwise. In a direct message everything is said to all who are in it. */
export const usualLevel = (direct: boolean): Level => (direct ? 'all' : 'mentions')
