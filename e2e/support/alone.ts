/** `test(title, alone, …)`: it measures time, which a test beside it would change. */
export const alone = { tag: '@alone' }
