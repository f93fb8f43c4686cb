/** An account that brings a history: it may name other authors in a space that it founded itself, and write of the past alone. */
export const importerPrefix = 'import-'
export const isImporter = (actor: string): boolean => actor.startsWith(importerPrefix)
