import { createHash, randomInt } from 'node:crypto'
import type { Sqlite } from '../sqlite.ts'

/**
 * Codes for a person whose passkeys are lost. Each signs in once. They are shown when they are made and then known by
 * their hash alone: with 80 random bits, that is enough.
 *
 * Example: 4K7M-Q2XW-9RTB-HC3E. No letter looks like a digit; case, spaces and dashes do not count.
 */
export interface RecoveryCodes {
  /** ten new ones; the old ones are worth nothing from then on. In a transaction of its caller's, as all that writes here. */
  renew(actor: string): string[]
  /** whose code it is, which is used up with this; null: nobody's */
  use(code: string): string | null
  ownerOf(code: string): string | null
  left(actor: string): number
  removeAll(actor: string): void
}

const codes = 10
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export function openRecoveryCodes(database: Sqlite): RecoveryCodes {
  database.exec(`
    CREATE TABLE IF NOT EXISTS recovery_codes (code_hash TEXT PRIMARY KEY, actor TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS recovery_codes_by_actor ON recovery_codes(actor);
  `)
  const insert = database.prepare('INSERT INTO recovery_codes(code_hash, actor) VALUES (?, ?)')
  const take = database.prepare('DELETE FROM recovery_codes WHERE code_hash = ? RETURNING actor')
  const owner = database.prepare('SELECT actor FROM recovery_codes WHERE code_hash = ?')
  const count = database.prepare('SELECT count(*) AS left FROM recovery_codes WHERE actor = ?')
  const removeAll = database.prepare('DELETE FROM recovery_codes WHERE actor = ?')
  return {
    renew(actor) {
      const made = Array.from({ length: codes }, newCode)
      removeAll.run(actor)
      for (const code of made) insert.run(hash(code), actor)
      return made
    },
    use: (code) => (take.get(hash(code)) as { actor: string } | undefined)?.actor ?? null,
    ownerOf: (code) => (owner.get(hash(code)) as { actor: string } | undefined)?.actor ?? null,
    left: (actor) => (count.get(actor) as { left: number }).left,
    removeAll: (actor) => void removeAll.run(actor),
  }
}

function newCode(): string {
  const groups = Array.from({ length: 4 }, () =>
    Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join(''),
  )
  return groups.join('-')
}

/** What a person types of a code: O and 0, I, L and 1 read the same. */
const plain = (code: string): string =>
  code.toUpperCase().replaceAll(/[\s-]/gu, '').replaceAll('O', '0').replaceAll(/[IL]/gu, '1')

const hash = (code: string): string => createHash('sha256').update(plain(code)).digest('base64url')
