/** A code block of a README: a file, whose first line names it in a comment, or lines of a shell. */
export type ReadmeBlock =
  | { readonly type: 'file'; readonly path: string; readonly text: string }
  | { readonly type: 'shell'; readonly commands: readonly string[] }
  /** neither: nobody can run it */
  | { readonly type: 'unknown'; readonly text: string }

export function readmeBlocks(markdown: string): ReadmeBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => {
    if (language === 'sh') return { type: 'shell', commands: text.trim().split('\n') }
    const path = /^(?:\/\/|<!--) ([\w./-]+\.\w+)(?: -->)?\n/.exec(text)?.[1]
    return path ? { type: 'file', path, text } : { type: 'unknown', text }
  })
}

/** What `npm install` lines install, `reactive-sqlite` itself left out. */
export function installedPackages(blocks: readonly ReadmeBlock[]): string[] {
  return blocks
    .flatMap((block) => (block.type === 'shell' ? block.commands : []))
    .filter((command) => command.startsWith('npm install '))
    .flatMap((command) => command.split(' ').slice(2))
    .filter((word) => !word.startsWith('-') && word !== 'reactive-sqlite')
}
