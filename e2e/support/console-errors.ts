import type { BrowserContext, ConsoleMessage } from '@playwright/test'

/** what the browser says of a server that is away */
export const serverAway =
  /Failed to load resource|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/

/** Collects what the console of any page or worker calls an error; a test that ends with unexpected ones fails. */
export class ConsoleErrors {
  readonly #found: string[] = []
  readonly #expected: RegExp[] = []

  watch(context: BrowserContext): void {
    context.on('console', (message) => this.#consider(message))
    context.on('weberror', (each) => {
      const { name, message, stack } = each.error()
      // one that no code of ours threw has an empty stack
      this.#found.push(`uncaught: ${stack || `${name}: ${message}`} (${each.page()?.url()})`)
    })
  }

  /** From now on, and looking back: errors that match are part of the test. */
  expect(pattern: RegExp): void {
    this.#expected.push(pattern)
  }

  unexpected(): string[] {
    return this.#found.filter((text) => !this.#expected.some((pattern) => pattern.test(text)))
  }

  #consider(message: ConsoleMessage): void {
    if (message.type() !== 'error') return
    const { url, lineNumber } = message.location()
    this.#found.push(`${message.text()} (${url}:${lineNumber})`)
  }
}
