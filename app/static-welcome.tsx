import { renderToStaticMarkup } from 'react-dom/server'
import css from './App.module.css'
import { Welcome } from './features/spaces/Welcome.tsx'
import { LiveProvider, type Live } from './live/index.ts'

/** The welcome page as the app draws it on a device that knows nobody (scripts/static-welcome.ts writes it into the page). */
export function markup(): string {
  // nothing is asked of the stack below before somebody presses a button
  const live = {} as Live
  const html = renderToStaticMarkup(
    <LiveProvider live={live}>
      <div className={css.app}>
        <div className={css.screen}>
          <Welcome />
        </div>
      </div>
    </LiveProvider>,
  )
  // React's hint to load the icon, ahead of the rest
  return html.replace(/^<link[^>]*>/, '')
}
