/** A failure to word for a person: no stack, no code. */
export class ImportError extends Error {}
/** The file ends, or is damaged, somewhere after its beginning. */
export class FileFault extends ImportError {}
