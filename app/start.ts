/**
 * The first script, and a small one: it starts the workers, so that SQLite compiles and opens while the rest of the app
 * is still being loaded.
 */
import './client.ts'

void import('./main.tsx')
