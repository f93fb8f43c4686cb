import type { Code, Parents, PhrasingContent, Root, RootContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'

/** `@**Name**`: somebody is addressed. Beside Markdown's own nodes. */
export interface Mention {
  readonly type: 'mention'
  readonly name: string
}
declare module 'mdast' {
  interface PhrasingContentMap {
    mention: Mention
  }
  interface RootContentMap {
    mention: Mention
  }
}

const maxDepth = 12

/** Markdown → AST. A chunk of its own: app code reaches it through markdown.ts, which caches what it makes. */
export function parseMarkdown(text: string): Root {
  return tidy(fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }), text)
}

function tidy(root: Root, text: string): Root {
  if (visit(root, 0)) return root
  // Nested deeper than anybody reads: shown as it was written.
  return { type: 'root', children: [{ type: 'paragraph', children: [{ type: 'text', value: text }] }] }
}

/** Finds mentions and quote fences; false if the tree is too deep to draw. */
function visit(node: Parents, depth: number): boolean {
  if (depth > maxDepth) return false
  const children = node.children as (RootContent | PhrasingContent)[]
  for (let at = 0; at < children.length; at++) {
    const child = children[at]!
    if (child.type === 'code' && child.lang === 'quote') {
      children[at] = { type: 'blockquote', children: parseQuote(child) }
    }
    const before = children[at - 1]
    if (child.type === 'strong' && before?.type === 'text' && /(^|[\s(])@_?$/.test(before.value)) {
      const name = child.children.map((part) => ('value' in part ? part.value : '')).join('')
      before.value = before.value.replace(/@_?$/, '')
      children[at] = { type: 'mention', name }
    }
    const now = children[at]!
    if ('children' in now && !visit(now as Parents, depth + 1)) return false
  }
  return true
}

function parseQuote(code: Code) {
  const inner = fromMarkdown(code.value, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
  return inner.children.filter((child) => child.type !== 'definition') as never
}
