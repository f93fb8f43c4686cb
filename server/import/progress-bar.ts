import type { WriteStream } from 'node:tty'

/** One line that is drawn over on a terminal; elsewhere a line at each tenth. */
export function progressBar(out: Pick<WriteStream, 'write' | 'isTTY'>): {
  show(progress: number, text: string): void
  /** clears the bar, for something that stays */
  print(text: string): void
} {
  const width = 28
  let tenth = 0
  let shownAt = 0
  return {
    show(progress, text) {
      if (!out.isTTY) {
        if (Math.floor(progress * 10) <= tenth) return
        tenth = Math.floor(progress * 10)
        out.write(`${tenth * 10} %  ${text}\n`)
        return
      }
      if (Date.now() - shownAt < 100) return
      shownAt = Date.now()
      const full = Math.round(progress * width)
      const percent = String(Math.floor(progress * 100)).padStart(3)
      out.write(`\r\x1b[2K${'█'.repeat(full)}${'░'.repeat(width - full)} ${percent} %  ${text}`)
    },
    print(text) {
      out.write(out.isTTY ? `\r\x1b[2K${text}\n` : `${text}\n`)
    },
  }
}
