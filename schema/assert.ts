/** Makes a switch over a union exhaustive: a new member becomes a type error here. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}

/** A broken law is a bug, not a result: it throws with the law's words. */
export function assert(condition: unknown, law: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${law}`)
}
