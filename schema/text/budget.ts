/**
 * How much of a message is formatted. Parsing is linear but for what is tried and fails, and all that is tried is paid from
 * here; so are the elements that will be drawn. When it is spent, the rest of the message is plain text: no message takes
 * longer to parse and to draw than so many tries and elements do.
 */
export interface Budget {
  elements: number
  tries: number
}

export function newBudget(): Budget {
  return { elements: 600, tries: 4000 }
}

/** One more element, or one that costs as much as several; false if there may be none. */
export function take(budget: Budget, count = 1): boolean {
  budget.elements -= count
  return budget.elements >= 0
}

/** One more character or line that may begin something; false if nothing may. */
export function attempt(budget: Budget): boolean {
  budget.tries -= 1
  return budget.tries >= 0 && budget.elements > 0
}

export function isSpent(budget: Budget): boolean {
  return budget.tries <= 0 || budget.elements <= 0
}

/** containers in containers, deeper than which nobody reads: the rest is text */
export const maxDepth = 8
