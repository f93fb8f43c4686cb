import { ChevronLeft, ChevronRight, Download } from 'lucide-react'
import { useState, type KeyboardEvent } from 'react'
import type { NamedFile } from '../../../schema/events/payload-fields.ts'
import { kindOfType } from '../../../schema/files/sniff.ts'
import type { FileKey } from '../../../workers/chat/device-files.ts'
import { AppDialog } from '../../shell/AppDialog.tsx'
import { IconButton } from '../../shell/Button.tsx'
import { formatBytes } from '../status/format-bytes.ts'
import { missingWords } from './missing-words.ts'
import { saveUrl } from './save-file.ts'
import { useFile } from './use-file.ts'
import css from './Files.module.css'

interface Props {
  keyOf(file: NamedFile): FileKey
  readonly files: readonly NamedFile[]
  readonly first: number
  close(): void
}

/** One file of a message, large; arrows go to the others, Escape closes. */
export default function FileViewer({ keyOf, files, first, close }: Props) {
  const shown = files.filter(({ type }) => kindOfType(type) !== 'file')
  const [at, setAt] = useState(() => Math.max(0, shown.indexOf(files[first]!)))
  const file = shown[at]!
  const go = (by: number) => setAt((now) => Math.min(shown.length - 1, Math.max(0, now + by)))
  const onKeyDown = (event: KeyboardEvent) => {
    const inPlayer = event.target instanceof HTMLMediaElement // there they wind
    const by = inPlayer ? 0 : event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
    if (by === 0) return
    event.preventDefault()
    go(by)
  }
  return (
    <AppDialog title={file.name} wide close={close}>
      <div className={css.viewer} onKeyDown={onKeyDown}>
        <Shown key={at} of={keyOf(file)} file={file} />
        <div className={css.viewerFoot}>
          {shown.length > 1 && (
            <>
              <IconButton label="Previous" disabled={at === 0} onClick={() => go(-1)}>
                <ChevronLeft size={20} aria-hidden />
              </IconButton>
              <span aria-live="polite">
                {at + 1} of {shown.length}
              </span>
              <IconButton label="Next" disabled={at === shown.length - 1} onClick={() => go(1)}>
                <ChevronRight size={20} aria-hidden />
              </IconButton>
            </>
          )}
          <span className={css.caption}>{file.alt}</span>
          <span className={css.size}>{formatBytes(file.size)}</span>
        </div>
      </div>
    </AppDialog>
  )
}

function Shown({ of, file }: { of: FileKey; file: NamedFile }) {
  const shown = useFile(of, file)
  const save = () => shown.state === 'here' && saveUrl(shown.url, file.name)
  return (
    <>
      <div className={css.stage}>
        {shown.state === 'here' ? (
          <Media url={shown.url} file={file} />
        ) : (
          <p>{shown.state === 'missing' ? missingWords[shown.why] : ''}</p>
        )}
      </div>
      <IconButton label={`Save ${file.name}`} className={css.save} disabled={shown.state !== 'here'} onClick={save}>
        <Download size={20} aria-hidden />
      </IconButton>
    </>
  )
}

function Media({ url, file }: { url: string; file: NamedFile }) {
  switch (kindOfType(file.type)) {
    case 'video':
      return <video src={url} controls autoPlay aria-label={file.alt || file.name} />
    case 'audio':
      return <audio src={url} controls autoPlay aria-label={file.alt || file.name} />
    default:
      return <img src={url} alt={file.alt || file.name} />
  }
}
