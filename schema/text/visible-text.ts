/**
 * Text as it can be shown. What has no shape of its own but changes others' order, or is no text, is given one: control
 * characters their pictures (␀); overrides of direction and halves of a surrogate pair are �. The marks that people need to write
 * (joiners, LRM, RLM) stay.
 */
export function showHidden(text: string): string {
  let shown = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
  if (misleading.test(shown)) shown = shown.replace(allMisleading, '\ufffd')
  if (control.test(shown)) shown = shown.replace(allControl, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
  return shown
}

/** Is there anything that a reader would see? */
export function isVisible(text: string): boolean {
  return seen.test(text)
}

/** What a blank text consists of, in words, for whoever would else see nothing. */
export function nameInvisible(text: string): string {
  const names = new Set<string>()
  for (const char of text.slice(0, 200)) if (!/\s/.test(char)) names.add(`U+${hex(char)}`)
  return names.size === 0 ? '(blank)' : `(blank: ${[...names].slice(0, 8).join(' ')})`
}

function hex(char: string): string {
  return char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
}

/** overrides, embeddings and isolates of direction; the later control characters; halves of a surrogate pair */
const misleading =
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\x7f-\x9f\u202a-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const allMisleading = new RegExp(misleading.source, 'g')
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const control = /[\0-\x08\x0b\x0c\x0e-\x1f]/
const allControl = new RegExp(control.source, 'g')
/** not space, not format or control characters, not the letters that are drawn as nothing (Hangul fillers, empty Braille) */
const seen = /[^\s\p{Cc}\p{Cf}\p{Z}\p{M}\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/u
