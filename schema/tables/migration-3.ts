/**
 * The full-text index holds words (schema/search/words.ts), separated by spaces, and no text; all else that ASCII has is part of a
 * word. `rowid` is the id in component_text.
 */
export const migration3 = `
DROP TABLE search_index;
CREATE VIRTUAL TABLE search_index USING fts5(words, content='', contentless_delete=1,
  tokenize="ascii tokenchars '!""#$%&''''()*+,-./:;<=>?@[\\]^_\`{|}~'");
`
