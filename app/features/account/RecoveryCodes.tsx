import { Copy, Download } from 'lucide-react'
import { Button } from '../../shell/Button.tsx'
import { showError, showToast } from '../../shell/toasts.tsx'
import css from './Account.module.css'

/** New recovery codes: shown this once. */
export function RecoveryCodes({ codes, done }: { codes: readonly string[]; done(): void }) {
  const text = codes.join('\n')
  const copy = () =>
    navigator.clipboard
      .writeText(text)
      .then(() => showToast({ text: 'The codes are copied.' }))
      .catch(showError)
  return (
    <section className={css.section} aria-labelledby="codes-title">
      <h3 id="codes-title">Your recovery codes</h3>
      <p className={css.note}>
        If you lose your passkeys, each of these signs you in once. Keep them somewhere safe: they are not shown again.
      </p>
      <ol className={css.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className={css.buttons}>
        <Button onClick={() => void copy()}>
          <Copy size={16} aria-hidden /> Copy
        </Button>
        <a
          className={css.download}
          download="recovery-codes.txt"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
        >
          <Download size={16} aria-hidden /> Download
        </a>
        <Button look="primary" onClick={done} autoFocus>
          I have kept them
        </Button>
      </div>
    </section>
  )
}
