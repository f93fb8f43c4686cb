import { Download, FileText, Film, Music, Play } from 'lucide-react'
import { lazy, memo, Suspense, useMemo, useState } from 'react'
import type { NamedFile } from '../../../schema/events/payload-fields.ts'
import { fittedSize } from '../../../schema/files/image-size.ts'
import { readFiles } from '../../../schema/files/named-files.ts'
import { kindOfType } from '../../../schema/files/sniff.ts'
import type { FileKey } from '../../../workers/chat/device-files.ts'
import { showToast } from '../../shell/toasts.tsx'
import { useClientStatus } from '../../live/index.ts'
import { formatBytes } from '../status/format-bytes.ts'
import { FileMissing, readFile, useSending } from './device-files.ts'
import { missingWords } from './missing-words.ts'
import { isDrawable } from './read-chosen.ts'
import { saveFile } from './save-file.ts'
import { useFile } from './use-file.ts'
import css from './Files.module.css'

const FileViewer = lazy(() => import('./FileViewer.tsx'))

interface Props {
  readonly stream: string
  readonly message: string
  /** as the row has them */
  readonly files: string
  readonly tabIndex: 0 | -1
}
const mostShown = { width: 400, height: 300 }

/** What a message names: pictures in a room of their own size, all else as a line to save or play. */
export const MessageFiles = memo(function MessageFiles({ stream, message, files: json, tabIndex }: Props) {
  const files = useMemo(() => readFiles(json), [json])
  const [open, setOpen] = useState<number | null>(null)
  const keyOf = ({ sha256 }: NamedFile): FileKey => ({ stream, message, sha256 })
  return (
    <div className={css.files}>
      {files.map((file, at) =>
        isDrawable(file) ? (
          <Picture key={at} of={keyOf(file)} file={file} tabIndex={tabIndex} onOpen={() => setOpen(at)} />
        ) : (
          <FileLine key={at} of={keyOf(file)} file={file} tabIndex={tabIndex} onOpen={() => setOpen(at)} />
        ),
      )}
      {open !== null && (
        <Suspense>
          <FileViewer keyOf={keyOf} files={files} first={open} close={() => setOpen(null)} />
        </Suspense>
      )}
    </div>
  )
})

interface FileProps {
  readonly of: FileKey
  readonly file: NamedFile
  readonly tabIndex: 0 | -1
  onOpen(): void
}

function Picture({ of, file, tabIndex, onOpen }: FileProps) {
  const shown = useFile(of, file)
  const { width, height } = fittedSize({ width: file.width ?? 400, height: file.height ?? 300 }, mostShown)
  return (
    <button
      type="button"
      className={css.picture}
      style={{ inlineSize: width, aspectRatio: `${width} / ${height}` }}
      tabIndex={tabIndex}
      aria-label={`Picture: ${file.alt || file.name}`}
      title={file.alt || file.name}
      onClick={onOpen}
    >
      {shown.state === 'here' && <img src={shown.url} alt="" decoding="async" draggable={false} />}
      {shown.state === 'missing' && (
        <span className={css.missing}>
          <b>{file.name}</b>
          {missingWords[shown.why]}
        </span>
      )}
      <Sending of={of} size={file.size} />
    </button>
  )
}

const icons = { image: FileText, file: FileText, video: Film, audio: Music }

function FileLine({ of, file, tabIndex, onOpen }: FileProps) {
  const kind = kindOfType(file.type)
  const Icon = icons[kind]
  const { sync } = useClientStatus()
  const save = () =>
    readFile(of, { ...file, type: 'application/octet-stream' }, sync.state !== 'offline').then(
      (blob) => saveFile(blob, file.name),
      (error: unknown) =>
        showToast({ kind: 'error', text: missingWords[error instanceof FileMissing ? error.why : 'gone'] }),
    )
  return (
    <div className={css.line}>
      <Icon size={20} aria-hidden />
      <span className={css.what}>
        <bdi className={css.name}>{file.name}</bdi>
        <span className={css.size}>
          {formatBytes(file.size)}
          {kind === 'image' && ' · too large to show'}
        </span>
      </span>
      {(kind === 'video' || kind === 'audio') && (
        <button type="button" tabIndex={tabIndex} className={css.do} aria-label={`Play ${file.name}`} onClick={onOpen}>
          <Play size={16} aria-hidden />
        </button>
      )}
      <button
        type="button"
        tabIndex={tabIndex}
        className={css.do}
        aria-label={`Save ${file.name}`}
        onClick={() => void save()}
      >
        <Download size={16} aria-hidden />
      </button>
      <Sending of={of} size={file.size} />
    </div>
  )
}

/** How much of it the server has; nothing while it is not on its way. */
function Sending({ of, size }: { of: FileKey; size: number }) {
  const part = useSending(of, size)
  if (part === null) return null
  return (
    <span
      className={css.sending}
      role="progressbar"
      aria-label="Sending"
      aria-valuenow={Math.round(part * 100)}
      style={{ inlineSize: `${part * 100}%` }}
    />
  )
}
