/**
 * Thrown by a compiled expression when the answer for this row is SQLite's business: an error that SQLite words itself,
 * a REAL printed with 17 digits, bytes that are no UTF-8. Evaluate the row in SQLite instead, or read anew.
 */
export class AskSqlite extends Error {}
