/** What a device keeps, takes or looks at, at most, of what could grow without end. (The bounds of an event are in events/bounds.ts.) */
export const deviceBounds = {
  /** events that could not be taken: the newest are kept with their reason, all are counted */
  setAside: 500,
  /** characters kept of each */
  setAsideLength: 2000,

  /** of one answer of the server; it sends 5,000 events and 2 MB at most */
  pageItems: 5000,
  pageBytes: 16 << 20,
  /** of one line of the live connection; what is larger is announced only, and read */
  lineLength: 2 << 20,
  /** people of whom one message says whether they are here */
  presencePeople: 1000,
  /** however long the server asks us to wait */
  retryAfterMs: 5 * 60_000,

  /** events of one stream that wait in IndexedDB for a tab; what lies behind them is read when one opens */
  queuedEvents: 20_000,
  /** bytes of files that wait to be sent, or belong to the demo: more are refused where they are chosen */
  queuedFileBytes: 1 << 30,
  /** bytes of files that came from the server: those that were not looked at for longest make room */
  keptFileBytes: 256 << 20,
  /** bytes of one file that is sent: what a server takes unless it is told otherwise */
  fileBytes: 100 << 20,
  /** events that wait to be sent; more are refused where they are written */
  outboxEvents: 20_000,
  /** characters of a draft that are kept: ten times what an event holds */
  draftLength: 600_000,
  /** a space of fewer events comes in event by event: that takes a second or two */
  snapshotEvents: 10_000,
  /** of a snapshot, unpacked: it is held in memory while it is taken in */
  snapshotBytes: 512 << 20,
  /** of what a device has of a space already, when so many come: with more, the rest comes event by event too */
  besideSnapshot: (events: number) => Math.max(2000, Math.floor(events / 20)),
  /** of a page's merged state: a larger one is shown, and not written any more */
  editedPageBytes: 4 << 20,
} as const
