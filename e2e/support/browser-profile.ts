import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type BrowserContextOptions, type LaunchOptions } from '@playwright/test'
import type { ConsoleErrors } from './console-errors.ts'
import { LastWords } from './last-words.ts'

type ProfileOptions = LaunchOptions & Pick<BrowserContextOptions, 'serviceWorkers'>

/** A browser with a profile on disk (only such a one keeps OPFS), which can be closed and opened again. */
export class BrowserProfile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rsql-profile-'))
  readonly #options: ProfileOptions
  readonly #errors: ConsoleErrors
  readonly lastWords = new LastWords()
  #context: BrowserContext | null = null

  constructor(options: ProfileOptions, errors: ConsoleErrors) {
    this.#options = options
    this.#errors = errors
  }

  get context(): BrowserContext {
    if (!this.#context) throw new Error('the browser is not open')
    return this.#context
  }

  async open(): Promise<BrowserContext> {
    this.#context = await chromium.launchPersistentContext(this.#folder, {
      ...this.#options,
      viewport: { width: 1280, height: 800 },
      permissions: ['notifications'],
    })
    this.#errors.watch(this.#context)
    this.lastWords.watch(this.#context)
    return this.#context
  }

  async close(): Promise<void> {
    await this.#context?.close()
    this.#context = null
  }

  async restart(): Promise<BrowserContext> {
    await this.close()
    return this.open()
  }

  async dispose(): Promise<void> {
    await this.close()
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}
