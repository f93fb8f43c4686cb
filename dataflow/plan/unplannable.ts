/** The query is right for SQLite but not for this way of maintaining it; the message is the reason that `explain` gives. */
export class Unplannable extends Error {}
