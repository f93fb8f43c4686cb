/**
 * Page → its Dedicated Worker. With CONNECT travels the port to the coordinator; a worker connected again (its
 * coordinator died) drops the old port and says on the new one whether it leads.
 */
export type ToWorker =
  | { readonly type: 'CONNECT'; readonly tabId: string }
  /** no SharedWorker here: try to run the coordinator in this worker */
  | { readonly type: 'HOST_COORDINATOR'; readonly tabId: string }

/** Dedicated Worker → page: marks of the start, for the timeline that tests and the inspector read. */
export type FromWorker = { readonly type: 'MARK'; readonly name: string; readonly at: number }
