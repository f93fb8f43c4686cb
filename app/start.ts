/**
 * The first script, and a small one: it starts the workers, so that SQLite compiles and opens while the rest of the app
 * is still being loaded. It is `async` in the page, and so waits neither for the style sheet nor for the end of the page.
 * Where the page has found that the app cannot run, nothing of it is loaded.
 */
const { cannot } = document.documentElement.dataset
// what could not be loaded a moment ago may be there by now
if (cannot === undefined || cannot === 'unloaded') void start()

async function start(): Promise<void> {
  const parsed = new Promise((resolve) => {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', resolve, { once: true })
    else resolve(null)
  })
  try {
    const client = import('./client.ts')
    const [{ render }] = await Promise.all([import('./main.tsx'), client, parsed])
    // a task of its own, so that neither loading nor drawing keeps a person waiting for both
    setTimeout(render)
  } catch (error) {
    console.error(error)
    window.cannotStart(error instanceof SyntaxError ? 'old' : 'unloaded')
  }
}
