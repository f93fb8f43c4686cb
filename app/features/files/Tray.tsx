import { FileText, X } from 'lucide-react'
import { useCallback } from 'react'
import { bounds } from '../../../schema/events/bounds.ts'
import { IconButton } from '../../shell/Button.tsx'
import { formatBytes } from '../status/format-bytes.ts'
import { isDrawable, type ChosenFile } from './read-chosen.ts'
import css from './Files.module.css'

interface Props {
  readonly chosen: readonly ChosenFile[]
  onChange(chosen: readonly ChosenFile[]): void
}

/** What goes along with the message that is being written. */
export function Tray({ chosen, onChange }: Props) {
  if (chosen.length === 0) return null
  return (
    <ul className={css.tray} aria-label="Files to send">
      {chosen.map((each, at) => (
        <li key={`${at} ${each.file.sha256}`} className={css.trayItem}>
          <Thumb chosen={each} />
          <span className={css.what}>
            <bdi className={css.name}>{each.file.name}</bdi>
            <span className={css.size}>{formatBytes(each.file.size)}</span>
            {isDrawable(each.file) && (
              <input
                className={css.alt}
                aria-label={`What ${each.file.name} shows`}
                placeholder="Describe it for who cannot see it"
                maxLength={bounds.topicLength}
                value={each.file.alt ?? ''}
                onChange={({ target }) => {
                  const { alt: _alt, ...file } = each.file
                  const described = target.value === '' ? file : { ...file, alt: target.value }
                  onChange(chosen.map((one, place) => (place === at ? { ...one, file: described } : one)))
                }}
              />
            )}
          </span>
          <IconButton
            label={`Remove ${each.file.name}`}
            onClick={() => onChange(chosen.filter((_, place) => place !== at))}
          >
            <X size={16} aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}

function Thumb({ chosen: { file, blob } }: { chosen: ChosenFile }) {
  const draw = useCallback(
    (image: HTMLImageElement) => {
      const url = URL.createObjectURL(blob)
      image.src = url
      return () => URL.revokeObjectURL(url)
    },
    [blob],
  )
  return (
    <span className={css.thumb}>
      {isDrawable(file) ? <img ref={draw} alt="" /> : <FileText size={20} aria-hidden />}
    </span>
  )
}
