import type { EventDraft } from '../../schema/events/event.ts'
import type { PastQuestion } from '../../schema/messages/past.ts'
import type { EventKey } from '../../schema/events/key.ts'
import type { EventRef, RowRef } from '../../schema/messages/trace.ts'
import { migrations } from '../../schema/tables/migrations.ts'
import { defineDatabase, idempotent, reading } from '../runtime/application.ts'
import { openEventStore, rescued, type EventStore } from './open-event-store.ts'
import type { ExportRequest } from '../snapshot/export-space.ts'
import type { OpenFileRequest, RemoveRequest } from '../snapshot/open-file.ts'
import { salvagePending } from './outbox.ts'

/** The chat as an application of the runtime. Its commands may run twice: an event is named by its stream and id. */
export const eventStore = defineDatabase({
  name: 'rsql',
  migrations,
  opened: openEventStore,
  salvage: (sql) => salvagePending(sql).map(rescued),
  commands: {
    dispatch: idempotent((store: EventStore, events: readonly EventDraft[]) => store.dispatch(events)),
    retry: idempotent((store: EventStore, events: readonly EventKey[]) => store.retry(events)),
    discard: idempotent((store: EventStore, events: readonly EventKey[]) => store.discard(events)),
    forgetLosses: idempotent((store: EventStore) => store.forgetLosses()),
    traceRow: reading((store: EventStore, row: RowRef) => store.traceRow(row)),
    traceEvent: reading((store: EventStore, event: EventRef) => store.traceEvent(event)),
    pastRoom: reading((store: EventStore, question: PastQuestion) => store.pastRoom(question)),
    exportSpace: idempotent((store: EventStore, request: ExportRequest) => store.exportSpace(request)),
    openFile: idempotent((store: EventStore, request: OpenFileRequest) => store.openFile(request)),
    cancelFile: idempotent((store: EventStore) => store.cancelFile()),
    removeFile: idempotent((store: EventStore, request: RemoveRequest) => store.removeFile(request)),
  },
  rehearsal: [
    `SELECT t.id, t.snippet, o.state FROM timeline_items t LEFT JOIN outbox o ON o.stream = ?1 AND o.event_id = t.id
     WHERE t.timeline_id = ?1 AND t.order_key > 0 ORDER BY t.order_key, t.id`,
    `SELECT r.id, count(*) AS unread FROM rooms r JOIN timeline_items t ON t.timeline_id = r.timeline AND t.order_key > 0
     WHERE r.stream = ? GROUP BY r.stream, r.id`,
  ],
})
