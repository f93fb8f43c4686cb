import { useState, type FormEvent } from 'react'
import { Button } from '../../shell/Button.tsx'
import { Field } from '../../shell/Field.tsx'
import { signInWithCode, signInWithPasskey } from './passkeys.ts'
import css from './Account.module.css'

/** For who has an account: a passkey, or a recovery code. */
export function SignInWays({ busy, run }: { busy: boolean; run(what: string, work: () => Promise<void>): unknown }) {
  const [byCode, setByCode] = useState(false)
  const [code, setCode] = useState('')
  const useCode = (event: FormEvent) => {
    event.preventDefault()
    void run('code', () => signInWithCode(code))
  }
  return (
    <div className={css.ways}>
      <div className={css.buttons}>
        <Button disabled={busy} onClick={() => void run('passkey', signInWithPasskey)}>
          Sign in with a passkey
        </Button>
        {!byCode && (
          <button type="button" className={css.link} onClick={() => setByCode(true)}>
            Use a recovery code
          </button>
        )}
      </div>
      {byCode && (
        <form className={css.code} onSubmit={useCode}>
          <Field
            label="Recovery code"
            value={code}
            onChange={setCode}
            maxLength={100}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            placeholder="4K7M-Q2XW-9RTB-HC3E"
          />
          <Button type="submit" disabled={busy || code.trim() === ''}>
            Sign in
          </Button>
        </form>
      )}
    </div>
  )
}
