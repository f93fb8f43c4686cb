/** Names in the origin's file system that page and worker agree on. */
export const poolFolder = '/rsql-v1'
/** copies of damaged databases, which a person can save */
export const damagedFolder = '/rsql-damaged'
