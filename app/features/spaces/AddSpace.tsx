import { AppDialog } from '../../shell/AppDialog.tsx'
import { FirstSteps } from './FirstSteps.tsx'
import { OpenFile } from './OpenFile.tsx'

/** One more space. */
export default function AddSpace({ joined, close }: { joined: ReadonlySet<string>; close(): void }) {
  return (
    <AppDialog title="Add a space" close={close}>
      <FirstSteps joined={joined} done={close} />
      <OpenFile done={close} />
    </AppDialog>
  )
}
