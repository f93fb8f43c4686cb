import type { Tab } from './tab.ts'

/**
 * A page that is frozen or put into the back/forward cache keeps its locks and its worker's file handles: it must hand
 * over in the event itself, since nothing of it runs later. Returns how to stop watching.
 */
export function watchLifecycle(tab: Tab): () => void {
  const suspend = () => tab.suspend()
  const resume = () => tab.resume()
  const pageShow = (event: PageTransitionEvent) => {
    if (event.persisted) tab.resume()
  }
  const visibility = () => tab.setVisible(document.visibilityState === 'visible')
  window.addEventListener('pagehide', suspend)
  window.addEventListener('pageshow', pageShow)
  document.addEventListener('freeze', suspend)
  document.addEventListener('resume', resume)
  document.addEventListener('visibilitychange', visibility)
  return () => {
    window.removeEventListener('pagehide', suspend)
    window.removeEventListener('pageshow', pageShow)
    document.removeEventListener('freeze', suspend)
    document.removeEventListener('resume', resume)
    document.removeEventListener('visibilitychange', visibility)
  }
}
