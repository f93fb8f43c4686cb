/**
 * A conversation as templates (see phrase.ts). Every line opens with who says it: `A`, `B`, `C` or `D`, a space, the
 * text; `?B` says it only sometimes. `{A}` is a first name, `{@B}` a mention.
 */
export type ConversationTemplate = readonly string[]
