const reads = /^\s*(?:select|values|explain|with)\b/i
const writeWords =
  /\b(?:insert|update|delete|replace|create|drop|alter|pragma|attach|detach|vacuum|reindex|analyze|begin|commit|rollback|savepoint|release)\b/i

/**
 * False only for SQL that surely changes nothing. A wrong "true" costs one round trip of hand-shake; a wrong "false"
 * could run a write twice, so a write word anywhere, even in a string, counts.
 */
export function mayWrite(sql: string): boolean {
  return !reads.test(sql) || writeWords.test(sql)
}
