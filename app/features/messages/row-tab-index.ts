import { createContext, use } from 'react'

/**
 * Whether what is inside a message can be reached with Tab. Only in the message that has the focus: else a screen of
 * messages puts dozens of stops between the composer and the log. The pointer reaches all of them, always. What scrolls
 * (code, tables) is always a stop: it must be reached to be read.
 */
export const RowTabIndex = createContext<0 | -1>(0)

export function useRowTabIndex(): 0 | -1 {
  return use(RowTabIndex)
}
