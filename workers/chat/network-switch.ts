/** so long the word of this tab may be on its way to the others */
const settleMs = 3_000

export interface NetworkSwitch {
  set(on: boolean): void
  /** what all tabs are told, once it is known */
  heard(cut: boolean | undefined): void
}

/**
 * The person's switch for the network, for all tabs: the last word of any tab counts. Each tab says its own again to a coordinator
 * that is new, in any order; so a tab that said something else before takes the last word on.
 */
export function networkSwitch(say: (cut: boolean) => void, now: () => number = Date.now): NetworkSwitch {
  let said: boolean | null = null
  let saidAt = 0
  return {
    set(on) {
      said = !on
      saidAt = now()
      say(said)
    },
    heard(cut) {
      if (cut === undefined || said === null || cut === said || now() - saidAt < settleMs) return
      said = cut
      say(cut)
    },
  }
}
