/**
 * The first script, and a small one: it starts the workers, so that SQLite compiles and opens while the rest of the app
 * is still being loaded. It is `async` in the page, and so waits neither for the style sheet nor for the end of the page.
 */
import './client.ts'

const parsed = new Promise((resolve) => {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', resolve, { once: true })
  else resolve(null)
})

void Promise.all([import('./main.tsx'), parsed]).then(([{ render }]) => render())
