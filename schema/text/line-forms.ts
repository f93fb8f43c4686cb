/** How the lines look that begin a block. Each function reads one line; none looks back. */

export function isBlank(line: string): boolean {
  return line.trim() === ''
}

/** `# Title`; `#1`, a lone `#` and `# #` are text. */
export function heading(line: string): { readonly level: number; readonly text: string } | null {
  const found = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/.exec(line)
  return found && /[\p{L}\p{N}\p{S}]/u.test(found[2]!) ? { level: found[1]!.length, text: found[2]! } : null
}

/** `---`, `***`, `___`, of three or more without spaces */
export function isRule(line: string): boolean {
  return /^ {0,3}([-*_])\1{2,}[ \t]*$/.test(line)
}

/** Where a quoted line's text begins; null if the line is none: `>_<`, `>=5` and `>:(` are text. */
export function quoteMark(line: string): number | null {
  const found = /^ {0,3}>(?: |(?=[\t>\p{L}\p{N}\p{Emoji_Presentation}"'“‘«@#*`[(!])|$)/u.exec(line)
  return found && found[0].length
}

export interface ListMarker {
  readonly ordered: boolean
  readonly typed: string
  readonly checked: boolean | null
  /** columns before the marker, and of the marker with the space behind it */
  readonly indent: number
  readonly width: number
  /** the item's first line */
  readonly text: string
}

/**
 * `- milk`, `7. tea`, `- [x] done`. A marker without text is text, and so is one that is followed by another bullet: `* * * * *` is
 * a line of a crontab. `007.` keeps its zeros as text. Deep indentation is a list only within one.
 */
export function listMarker(line: string, depth: number): ListMarker | null {
  const found = /^([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+(\S.*)$/.exec(line)
  if (!found) return null
  const [, space, typed, text] = found as unknown as [string, string, string, string]
  const indent = space.replaceAll('\t', '    ').length
  if (depth === 0 && indent > 3) return null
  if (/^(?:[-*+]|\d{1,9}[.)])(?:\s|$)/.test(text) || /^0\d/.test(typed)) return null
  const task = /^\[([ xX])\][ \t]+(\S.*)$/.exec(text)
  return {
    ordered: typed.length > 1,
    typed: typed.length > 1 ? typed : '•',
    checked: task ? task[1] !== ' ' : null,
    indent,
    width: typed.length + 1,
    text: task ? task[2]! : text,
  }
}

export interface CodeFence {
  readonly language: string | null
  /** what stands behind the fence and is no language: the code's first line */
  readonly firstLine: string | null
  unindent(line: string): string
  /** the line with the closing fence, and the code that stands before it; null: the message is cut off, or still typed */
  endsIn(lines: readonly string[], from: number): { readonly line: number; readonly before: string } | null
}

/** ```` ```lean ```` or `~~~`; ```` ```one line``` ```` is inline code. */
export function codeFence(line: string): CodeFence | null {
  const found = /^([ \t]*)(`{3,}|~{3,})(.*)$/.exec(line)
  if (!found) return null
  const [, space, fence, rest] = found as unknown as [string, string, string, string]
  const ticks = fence[0] === '`'
  if (ticks ? rest.includes('`') : rest.includes('~')) return null
  const info = rest.trim()
  const isLanguage = /^\{?\.?[\p{L}\p{N}][\p{L}\p{N}+#._-]{0,29}\}?$/u.test(info)
  return {
    language: isLanguage ? info : null,
    firstLine: info === '' || isLanguage ? null : rest,
    unindent: (line) => {
      let at = 0
      while (at < space.length && (line[at] === ' ' || line[at] === '\t')) at++
      return line.slice(at)
    },
    endsIn(lines, from) {
      for (let at = from; at < lines.length; at++) {
        const before = withoutClosing(lines[at]!, fence)
        if (before !== null) return { line: at, before }
      }
      return null
    },
  }
}

/** 'code```' → 'code'; null if the line does not end in such a fence, or has more of its characters. */
function withoutClosing(line: string, fence: string): string | null {
  const text = line.trimEnd()
  if (!text.endsWith(fence)) return null
  let end = text.length
  while (text[end - 1] === fence[0]) end--
  const before = text.slice(0, end)
  return before.includes(fence[0]!) ? null : before.trimEnd()
}
