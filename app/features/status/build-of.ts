/** How a page says which build it is (scripts/name-build.ts writes it). */
export const buildTag = (name: string): string => `<meta name="build" content="${name}">`

/** The build of a page; null where builds have no names. (A page holds this very pattern in a script, which is no name.) */
export function buildOf(html: string): string | null {
  return /<meta name="build" content="(\w+)"/.exec(html)?.[1] ?? null
}
