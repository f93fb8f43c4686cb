/**
 * The first script, and a small one: it starts the workers, so that SQLite compiles and opens while the rest of the app
 * is still being loaded. It is `async` in the page, and so waits neither for the style sheet nor for the end of the page.
 * Where the page has found that the app cannot run, nothing of it is loaded.
 */
if (document.documentElement.dataset['cannot'] === undefined) void start()

async function start(): Promise<void> {
  const parsed = new Promise((resolve) => {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', resolve, { once: true })
    else resolve(null)
  })
  try {
    const client = import('./client.ts')
    const [{ render }] = await Promise.all([import('./main.tsx'), client, parsed])
    render()
  } catch (error) {
    console.error(error)
    window.cannotStart(error instanceof SyntaxError ? 'old' : 'unloaded')
  }
}
