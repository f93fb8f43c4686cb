import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { useRowTabIndex } from './row-tab-index.ts'
import css from './CodeBlock.module.css'

export function CodeBlock({ code, language }: { code: string; language: string | null }) {
  const tabIndex = useRowTabIndex()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(code)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <div className={css.block}>
      <div className={css.bar}>
        {language !== null && <span>{language}</span>}
        <button
          type="button"
          className={css.copy}
          tabIndex={tabIndex}
          onClick={() => void copy()}
          aria-label="Copy code"
        >
          {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        </button>
      </div>
      <pre className={css.code} tabIndex={0} dir="ltr">
        <code>{code}</code>
      </pre>
    </div>
  )
}
