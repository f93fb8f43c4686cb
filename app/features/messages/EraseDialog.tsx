import { AppDialog } from '../../shell/AppDialog.tsx'
import { Button } from '../../shell/Button.tsx'
import css from './EraseDialog.module.css'

/** What erasing does and what it cannot; it is not done until it is confirmed. A chunk of its own. */
export default function EraseDialog({ erase, close }: { erase(): void; close(): void }) {
  return (
    <AppDialog title="Delete for good?" close={close}>
      <div className={css.body}>
        <p>
          The text goes, with every earlier version of it: from this device, from the server, and from everybody’s
          device when it is online next. Nobody can bring it back.
        </p>
        <p>That somebody wrote here, and when, stays. So do the answers to it.</p>
        <p>
          It cannot reach devices that stay offline, files that somebody exported, pictures of a screen, and what was
          copied from it.
        </p>
        <div className={css.buttons}>
          <Button autoFocus onClick={close}>
            Cancel
          </Button>
          <Button look="danger" onClick={erase}>
            Delete for good
          </Button>
        </div>
      </div>
    </AppDialog>
  )
}
