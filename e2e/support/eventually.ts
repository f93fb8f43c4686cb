import { expect } from '@playwright/test'

/** expect.poll, impatient: most of what the runtime does takes less than the 100 ms after which that one looks again. */
export const eventually = <T>(look: () => T | Promise<T>, message?: string) =>
  expect.poll(look, { intervals: [20, 30, 50, 100], ...(message !== undefined && { message }) })
