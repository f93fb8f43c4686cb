import { startTransition, useEffect, useReducer } from 'react'
import type { Root } from 'mdast'

/**
 * Parsed messages. The parser is loaded when the first message needs it, and a text is parsed once; most messages have
 * no mark-up at all and never come here.
 */
let parse: ((text: string) => Root) | null = null
let loading: Promise<void> | null = null
const parsed = new Map<string, Root>()
const maxParsed = 1000

export function loadMarkdown(): Promise<void> {
  loading ??= import('./markdown-parse.ts').then((module) => {
    parse = module.parseMarkdown
  })
  return loading
}

/** Letters, digits, plain punctuation and single line breaks: what reads the same with and without Markdown. */
const plain =
  /^(?!\s)(?:[^\\`*_[\]<>#~|&@:\n-]|[-:@](?=\s)|(?<=\w)-(?=\w)|(?<=\S):(?!\/)|\n(?!\s*(?:\d+[.)]|[+=-]|\n)))*$/

export function isPlain(text: string): boolean {
  return text.length < 4000 && plain.test(text) && !/^\d+[.)]\s|^[+=-]/.test(text) && !text.includes('www.')
}

/** The AST of a text; null while the parser loads (the text is then shown as it is). */
export function useMarkdown(text: string): Root | null {
  const [, loaded] = useReducer((count: number) => count + 1, 0)
  const missing = parse === null
  useEffect(() => {
    if (!missing) return
    let mounted = true
    // parsing a screen of messages takes a while: in a transition React lets the browser come in between
    void loadMarkdown().then(() => startTransition(() => void (mounted && loaded())))
    return () => {
      mounted = false
    }
  }, [missing])
  return parse ? cached(text, parse) : null
}

function cached(text: string, parse: (text: string) => Root): Root {
  const known = parsed.get(text)
  if (known) return known
  let root: Root
  try {
    root = parse(text)
  } catch {
    root = { type: 'root', children: [{ type: 'paragraph', children: [{ type: 'text', value: text }] }] }
  }
  parsed.set(text, root)
  if (parsed.size > maxParsed) parsed.delete(parsed.keys().next().value!)
  return root
}
