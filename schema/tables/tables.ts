/**
 * Every table by what it holds: the log of events; projections, which a replay drops and rebuilds, those of a person’s own stream by
 * themselves, since no snapshot has them; the full-text index, which
 * follows the texts; names, whose integers other tables use, and which only grow; and what is this device's own.
 */
export const tables = {
  events: 'log',
  applied_events: 'log',
  event_blocks: 'log',
  rejected_events: 'log',
  erasures: 'log',
  streams: 'names',
  entities: 'names',
  component_author: 'names',
  facts: 'projection',
  component_text: 'projection',
  component_doc: 'projection',
  page_updates: 'projection',
  page_parts: 'projection',
  page_writes: 'projection',
  page_overlaps: 'projection',
  page_spans: 'projection',
  page_versions: 'projection',
  page_comments: 'projection',
  timeline_items: 'projection',
  timelines: 'projection',
  spaces: 'projection',
  memberships: 'projection',
  invitations: 'projection',
  moderation: 'projection',
  rooms: 'projection',
  reactions: 'projection',
  pins: 'projection',
  mentions: 'projection',
  read_markers: 'own',
  quiet_hours: 'own',
  saved_views: 'projection',
  conflicts: 'projection',
  search_index: 'index',
  cursors: 'device',
  outbox: 'device',
  drafts: 'device',
  free_pages: 'device',
  meta: 'device',
} as const satisfies Record<string, 'log' | 'names' | 'projection' | 'own' | 'index' | 'device'>

export const projectionTables = Object.entries(tables).flatMap(([name, kind]) =>
  kind === 'projection' || kind === 'own' ? [name] : [],
)
