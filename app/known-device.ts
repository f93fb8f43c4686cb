/**
 * What is known of this device before its database is open. The page's first lines (index.html) read the same, and show
 * the welcome page at once where nobody is known.
 */
export const knowsNobody = (): boolean => document.documentElement.dataset['start'] === 'welcome'

const key = 'has-spaces'

/** For the next start: a device with spaces, be it the demo alone, is not welcomed first. */
export function rememberSpaces(count: number): void {
  if (count > 0) localStorage.setItem(key, '1')
  else localStorage.removeItem(key)
}
