/**
 * Page → its Dedicated Worker. With CONNECT travels the port to the coordinator; a worker connected again (its
 * coordinator died) drops the old port and says on the new one whether it leads.
 */
export type ToWorker =
  | { readonly type: 'CONNECT'; readonly tabId: string }
  /** the SharedWorker cannot be had: run the coordinator in this worker, if no other one serves */
  | { readonly type: 'HOST_COORDINATOR'; readonly tabId: string }
  /** the coordinator that serves has no line to this worker: whatever it has of the database it must let go */
  | { readonly type: 'STAND_BACK' }

/** Dedicated Worker → page. */
export type FromWorker =
  /** a mark of the start, for the timeline that tests and the inspector read */
  | { readonly type: 'MARK'; readonly name: string; readonly at: number }
  /** this worker holds `lock` until it dies: the page that gets it knows */
  | { readonly type: 'ALIVE'; readonly lock: string }

/** A mark of now. Workers count from an origin of their own, so it is told in unix ms. */
export function tellMark(tell: (message: FromWorker) => void, name: string): void {
  tell({ type: 'MARK', name, at: performance.timeOrigin + performance.now() })
}
