import type { Dirty } from './dirty.ts'
import type { Sql } from './sql.ts'

/** Counts per room and thread → timelines, and from there into the message that a thread hangs on. */
export function timelineProjection(sql: Sql) {
  const add = sql.prepare(
    `INSERT INTO timelines (id, message_count, last_message_at) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET message_count = message_count + excluded.message_count,
       last_message_at = max(coalesce(last_message_at, 0), excluded.last_message_at)`,
  )
  const recount = sql.prepare(
    `INSERT INTO timelines (id, message_count, last_message_at)
     SELECT ?1, count(*), max(created_at) FROM timeline_items WHERE timeline_id = ?1 AND deleted = 0
     ON CONFLICT (id) DO UPDATE SET message_count = excluded.message_count, last_message_at = excluded.last_message_at`,
  )
  const dropEmpty = sql.prepare(
    `DELETE FROM timelines WHERE id = ?1 AND message_count = 0
       AND NOT EXISTS (SELECT 1 FROM timeline_items WHERE timeline_id = ?1)`,
  )
  const tellParent = sql.prepare(
    `UPDATE timeline_items SET
       reply_count = coalesce((SELECT message_count FROM timelines WHERE id = ?2), 0),
       last_reply_at = (SELECT last_message_at FROM timelines WHERE id = ?2)
     WHERE key = (SELECT p.key FROM rooms r JOIN timeline_items p ON p.id = r.parent_message AND p.stream = ?1 AND p.thread_id = r.id
       WHERE r.timeline = ?2)`,
  )

  function fold(timelines: Dirty['timelines']): void {
    for (const { stream, id, added, lastAt, recount: left } of timelines.values()) {
      if (left) {
        recount.run(id)
        dropEmpty.run(id)
      } else if (added > 0) add.run(id, added, lastAt)
      tellParent.run(stream, id)
    }
  }
  return { fold }
}
