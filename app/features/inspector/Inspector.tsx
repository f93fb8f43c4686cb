import { X } from 'lucide-react'
import { Suspense, useSyncExternalStore } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { closeInspector, type Inspect } from '../../routes.ts'
import { IconButton } from '../../shell/Button.tsx'
import { PaneBoundary } from '../../shell/PaneBoundary.tsx'
import { openPart } from './open-part.ts'
import { parts, type Part, type PartName } from './parts.ts'
import css from './Inspector.module.css'

/** What runs below the app, while it runs: one part of it at a time. Beside the app, or instead of it on a small screen. */
export default function Inspector({ inspect }: { inspect: Inspect }) {
  const alone = useAlone()
  const Title = alone ? 'h1' : 'h2'
  const shown = parts.find(({ name }) => name === inspect.part) ?? parts[0]
  return (
    <div
      role={alone ? 'main' : 'complementary'}
      aria-label="Inspector"
      className={css.inspector}
      data-focus="inspector"
      tabIndex={-1}
      onKeyDown={(event) =>
        event.key === 'Escape' && !event.defaultPrevented && !writes(event.target) && closeInspector()
      }
    >
      <div className={css.head}>
        <Title className={css.title}>Inspector</Title>
        <IconButton label="Close the inspector" onClick={closeInspector}>
          <X size={18} aria-hidden />
        </IconButton>
      </div>
      <Tabs
        className={css.tabs!}
        selectedKey={shown.name}
        onSelectionChange={(part) => part !== shown.name && openPart(part as PartName)}
      >
        <TabList aria-label="Parts of the inspector" className={css.list!}>
          {parts.map(({ name, title, icon: Icon }) => (
            <Tab key={name} id={name} className={css.tab!}>
              <Icon size={15} aria-hidden />
              {title}
            </Tab>
          ))}
        </TabList>
        {parts.map(({ name, title, words, View }: Part) => (
          <TabPanel key={name} id={name} className={css.part!}>
            <p className={css.words}>{words}</p>
            <PaneBoundary name={`“${title}”`}>
              <Suspense>
                <View of={inspect.of} />
              </Suspense>
            </PaneBoundary>
          </TabPanel>
        ))}
      </Tabs>
    </div>
  )
}

/** In a text field Escape is the field's. */
function writes(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, [data-writes]') !== null
}

/** The app is not shown beside it (App.module.css). */
function useAlone(): boolean {
  return useSyncExternalStore(subscribe, () => narrow().matches)
}
const narrow = () => matchMedia('(max-width: 1023px)')
function subscribe(listener: () => void): () => void {
  const query = narrow()
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}
