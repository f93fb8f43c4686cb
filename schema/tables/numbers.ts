import type { tables } from './tables.ts'

/**
 * Columns that hold an integer of this database, and what it stands for. Whoever carries rows to another database gives each the
 * integer that it has there; all other columns mean the same everywhere.
 *
 * stream, entity, author: a row of the names · message: the key of a message · text: of component_text, the key of a message or minus
 * the entity of a page · block: of event_blocks · fresh: any that is free, in the same order
 */
export type NumberKind = 'stream' | 'entity' | 'author' | 'message' | 'text' | 'block' | 'fresh'

export const numbers: { readonly [T in keyof typeof tables]?: Readonly<Record<string, NumberKind>> } = {
  streams: { id: 'stream' },
  entities: { id: 'entity', stream: 'stream' },
  component_author: { id: 'author' },
  applied_events: { block: 'block', stream: 'stream' },
  event_blocks: { id: 'block' },
  facts: { entity_id: 'entity' },
  component_text: { id: 'text' },
  page_updates: { id: 'fresh' },
  timeline_items: { key: 'message', stream: 'stream', timeline_id: 'entity', author_id: 'author' },
  timelines: { id: 'entity' },
  rooms: { timeline: 'entity' },
  reactions: { target_id: 'message', actor_id: 'author' },
  pins: { target_id: 'message', actor_id: 'author' },
  mentions: { timeline_id: 'entity', message_id: 'message' },
}
