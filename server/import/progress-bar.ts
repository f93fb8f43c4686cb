import type { WriteStream } from 'node:tty'

/** what could steer a terminal: a path, or a server's answer, may hold it */
const controls = /[^\P{Cc}\n\t]/gu

/** One line that is drawn over on a terminal; elsewhere a line at each quarter of a step. */
export function progressBar(out: Pick<WriteStream, 'write' | 'isTTY'>): {
  show(step: string, progress: number, text: string): void
  /** clears the bar, for something that stays */
  print(text: string): void
} {
  const width = 28
  let told = ''
  let shownAt = 0
  return {
    show(step, progress, text) {
      if (!out.isTTY) {
        const quarter = `${step} ${Math.floor(progress * 4) * 25} %`
        if (quarter === told || progress < 0.25) return
        told = quarter
        out.write(`${quarter}  ${text}\n`)
        return
      }
      if (Date.now() - shownAt < 100) return
      shownAt = Date.now()
      const full = Math.round(progress * width)
      const percent = String(Math.floor(progress * 100)).padStart(3)
      out.write(`\r\x1b[2K${'█'.repeat(full)}${'░'.repeat(width - full)} ${percent} %  ${step}: ${text}`)
    },
    print(text) {
      const plain = text.replace(controls, '\ufffd')
      out.write(out.isTTY ? `\r\x1b[2K${plain}\n` : `${plain}\n`)
    },
  }
}
