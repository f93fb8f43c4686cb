/**
 * A name as SQLite compares names: without case, in ASCII alone. `toLowerCase` would fold É into é, and the Kelvin sign into k.
 */
export function foldName(name: string): string {
  return nonAscii.test(name) ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name.toLowerCase()
}

const nonAscii = /[\u0080-\uffff]/
