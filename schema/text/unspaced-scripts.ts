/** Scripts whose words stand without spaces, or carry endings: a word of theirs begins and ends inside a run of letters. */
export const unspacedScripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan']
  .map((script) => `\\p{Script=${script}}`)
  .join('')

/** a letter or digit of a script with spaces: where one stands, a word goes on */
export const spacedLetter = `(?![${unspacedScripts}])[\\p{L}\\p{N}\\p{M}]`
