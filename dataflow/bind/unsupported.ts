/** The query is valid SQL that this engine only re-runs. `message` is the reason that `explain()` shows. */
export class Unsupported extends Error {}
