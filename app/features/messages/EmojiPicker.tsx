import { useState, type KeyboardEvent } from 'react'
import { emojiGroups } from './emoji.ts'
import css from './EmojiPicker.module.css'

/** A grid of emoji, found by word; arrow keys walk it. */
export function EmojiPicker({ onPick }: { onPick(emoji: string): void }) {
  const [text, setText] = useState('')
  const words = text.trim().toLowerCase()
  const groups = emojiGroups
    .map(({ name, emoji }) => ({ name, emoji: Object.entries(emoji).filter(([, found]) => found.includes(words)) }))
    .filter(({ emoji }) => emoji.length > 0)

  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button')]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key]
    if (step === undefined || (at < 0 && step !== columns)) return
    event.preventDefault()
    if (at >= 0 && at + step < 0) return event.currentTarget.querySelector('input')?.focus()
    buttons[at < 0 ? 0 : Math.min(buttons.length - 1, at + step)]?.focus()
  }

  return (
    <div role="group" aria-label="Emoji" className={css.picker} onKeyDown={walk}>
      <input
        className={css.search}
        type="search"
        aria-label="Find an emoji"
        placeholder="Find an emoji"
        // eslint-disable-next-line jsx-a11y/no-autofocus -- a dialog that was asked for
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          const first = groups[0]?.emoji[0]
          if (event.key === 'Enter' && first) onPick(first[0])
        }}
      />
      <div className={css.scroll}>
        {groups.map(({ name, emoji }) => (
          <section key={name} aria-label={name}>
            <h3 className={css.name}>{name}</h3>
            <div className={css.grid}>
              {emoji.map(([character, found]) => (
                <button
                  key={character}
                  type="button"
                  className={css.emoji}
                  aria-label={found}
                  title={found}
                  onClick={() => onPick(character)}
                >
                  {character}
                </button>
              ))}
            </div>
          </section>
        ))}
        {groups.length === 0 && <p className={css.none}>No emoji has that name.</p>}
      </div>
    </div>
  )
}

const columns = 8
