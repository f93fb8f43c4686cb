import { nameFrom } from '../../../schema/events/names.ts'

/** Files are not copied: a line of the text names each, with its size, and where it can be had. */
export function fileLine(name: string, size: unknown, url = ''): string {
  const label = nameFrom(name, 'a file').replaceAll('[', '(').replaceAll(']', ')')
  const bytes = typeof size === 'number' && size > 0 ? ` (${sizeInWords(size)})` : ''
  return isAddress(url)
    ? `📎 [${label}](${url.replaceAll('(', '%28').replaceAll(')', '%29')})${bytes}`
    : `📎 ${label}${bytes}`
}

/** The text, then a line for each file. */
export function withLines(text: string, lines: readonly string[]): string {
  return [text.trimEnd(), lines.join('\n')].filter((part) => part !== '').join('\n\n')
}

export function quoteOf(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')
}

export const isAddress = (url: string): boolean => /^https?:\/\/[^\s<>"\\^`{|}]+$/i.test(url) && URL.canParse(url)

function sizeInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const [size, unit] =
    bytes < 999_500 ? [bytes / 1e3, 'kB'] : bytes < 999_500_000 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB']
  return `${size < 10 ? size.toFixed(1) : size.toFixed(0)} ${unit}`
}
