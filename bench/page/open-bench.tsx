import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../../app/theme/tokens.css'
import { Bench } from './Bench.tsx'

/** The page /bench, instead of the app: no client is made, and no database is opened. */
export function openBench(): void {
  const page = document.documentElement
  const root = document.getElementById('root')!
  root.replaceChildren()
  document.title = 'Live SQL, on your machine'
  createRoot(root).render(
    <StrictMode>
      <Bench />
    </StrictMode>,
  )
  page.dataset['started'] = ''
  delete page.dataset['cannot']
}
