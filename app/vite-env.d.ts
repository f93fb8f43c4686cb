/// <reference types="vite/client" />

interface Window {
  /** the page's first lines (index.html): says why there is no app. Does nothing once there is one. */
  cannotStart(why: 'insecure' | 'old' | 'lacking' | 'blocked' | 'unloaded'): void
  /** what was pressed before the app was there */
  earlyPress?: Element | null
}
