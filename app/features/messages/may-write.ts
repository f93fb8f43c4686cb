import { createContext } from 'react'

/** Whether this person may write here, or only read and react (a guest). */
export const MayWrite = createContext(true)
/** Whether they may react: not while they are muted. */
export const MayReact = createContext(true)
