/**
 * The first script, and a small one: it starts the workers, so that SQLite compiles and opens while the rest of the app
 * is still being loaded. It is `async` in the page, and so waits neither for the style sheet nor for the end of the page.
 * Where the page has found that the app cannot run, nothing of it is loaded.
 *
 * Law: each part runs in a task of its own, so that a person who types or presses waits for one of them at most. All of
 * them are on their way meanwhile (scripts/preload-app.ts).
 */
const { cannot } = document.documentElement.dataset
// what could not be loaded a moment ago may be there by now
if (cannot === undefined || cannot === 'unloaded') void (location.pathname === '/bench' ? startBench() : start())

async function start(): Promise<void> {
  const parsed = new Promise((resolve) => {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', resolve, { once: true })
    else resolve(null)
  })
  try {
    await import('./client.ts')
    await nextTask()
    const { begin } = await import('./begin.ts')
    const live = begin()
    await nextTask()
    await import('react-dom/client')
    await nextTask()
    await import('./features/rooms/RoomPane.tsx')
    await nextTask()
    const { render } = await import('./main.tsx')
    await parsed
    await nextTask()
    render(live)
  } catch (error) {
    console.error(error)
    window.cannotStart(error instanceof SyntaxError ? 'old' : 'unloaded')
  }
}

/** The benchmark page has the app's address, and nothing else of it. */
async function startBench(): Promise<void> {
  try {
    const { openBench } = await import('../bench/page/open-bench.tsx')
    openBench()
  } catch (error) {
    console.error(error)
    window.cannotStart('unloaded')
  }
}

/** What a person does meanwhile comes first. */
function nextTask(): Promise<unknown> {
  return 'scheduler' in window && 'yield' in scheduler
    ? scheduler.yield()
    : new Promise((resolve) => setTimeout(resolve))
}
