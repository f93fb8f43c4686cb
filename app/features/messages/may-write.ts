import { createContext } from 'react'

/** Whether this person may write here, or only read and react (a guest). */
export const MayWrite = createContext(true)
