/** The direction in which a text is written: that of its first letter. For what has a side (a quotation's bar, a list's marker). */
export function directionOf(text: string): 'ltr' | 'rtl' {
  const letter = /\p{L}/u.exec(text)
  return letter !== null && rightToLeft.test(letter[0]) ? 'rtl' : 'ltr'
}

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
