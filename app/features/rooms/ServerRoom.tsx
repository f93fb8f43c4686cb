import { ArrowLeft, SendHorizontal } from 'lucide-react'
import { IconButton } from '../../shell/Button.tsx'
import pane from '../../shell/pane.module.css'
import composerCss from '../composer/Composer.module.css'
import { GrowingTextarea } from '../composer/GrowingTextarea.tsx'
import { useIdentity } from '../identity/identity.ts'
import roomCss from './RoomPane.module.css'
import { ServerRows } from '../server-page/ServerRows.tsx'
import type { ServerPage } from '../server-page/server-page.ts'

const ignored = () => {}

/** The room's pane while this device's data opens: its header and its composer are there, and wait. */
export function ServerRoom({ page }: { page: ServerPage }) {
  const identity = useIdentity()
  return (
    <section className={pane.pane} aria-label={`Room ${page.name}`}>
      <header className={`${pane.header} ${roomCss.header}`}>
        <IconButton label="Back to rooms" className={roomCss.back} disabled>
          <ArrowLeft size={20} aria-hidden />
        </IconButton>
        <div className={roomCss.titles}>
          <h1 className={roomCss.title}>{page.name}</h1>
        </div>
      </header>
      <ServerRows page={page} me={identity?.actor ?? null} myNames={identity ? [identity.name] : []} />
      <div className={composerCss.composer}>
        <div className={composerCss.field}>
          <GrowingTextarea
            aria-label="Opening…"
            placeholder="Opening…"
            value=""
            onChange={ignored}
            onEnter={ignored}
            disabled
          />
          <IconButton label="Send message" className={composerCss.send} disabled>
            <SendHorizontal size={18} aria-hidden />
          </IconButton>
        </div>
      </div>
    </section>
  )
}
