/**
 * A slow start as a race of the local read against the server. Laws: the server is asked at most once, and only when the
 * local read has taken `patienceMs`; what it says counts only while the local read goes on; when it fails, nothing changes.
 */
export interface Race<Answer> {
  readonly local: Promise<unknown>
  readonly patienceMs: number
  ask(signal: AbortSignal): Promise<Answer>
  /** the server was first */
  show(answer: Answer): void
  readonly after: (ms: number, work: () => void) => () => void
}

export function raceServer<Answer>({ local, patienceMs, ask, show, after }: Race<Answer>): void {
  const asking = new AbortController()
  const forget = after(patienceMs, () => {
    ask(asking.signal).then(
      (answer) => !asking.signal.aborted && show(answer),
      () => {}, // offline, signed out, not a member: the local read goes on alone
    )
  })
  local.then(
    () => {
      forget()
      asking.abort()
    },
    () => {}, // then the server's page is all there is
  )
}
