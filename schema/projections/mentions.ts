import type { Block, Inline } from '../text/message-ast.ts'
import { parseMessage } from '../text/parse-message.ts'

/**
 * The names that a message tells, each once, as written: @**Any Name**, @**Any Name|1234** or @Name. Read from the message as it
 * is drawn: code is no mention (`@eq.refl` in a proof is no person), nor is @_**Any Name**, which names without telling.
 * Example: "hi @**Cy Vale 8**, @kim: see `@simp`" → ["Cy Vale 8", "kim"].
 */
export function mentionsOf(text: string): string[] {
  if (!text.includes('@')) return []
  const names = new Set<string>()
  for (const block of parseMessage(text)) inBlock(block, names)
  return [...names]
}

function inBlock(block: Block, names: Set<string>): void {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return inInline(block.children, names)
    case 'quote':
      return block.blocks.forEach((each) => inBlock(each, names))
    case 'list':
      return block.items.forEach((item) => item.blocks.forEach((each) => inBlock(each, names)))
    case 'table':
      return block.rows.forEach((row) => row.forEach((cell) => inInline(cell, names)))
    case 'codeBlock':
    case 'rule':
  }
}

function inInline(nodes: readonly Inline[], names: Set<string>): void {
  for (const node of nodes) {
    if (node.type === 'mention') {
      if (!node.silent) names.add(node.name)
    } else if (node.type === 'text') {
      for (const match of node.text.matchAll(bare)) names.add(match[1]!)
    } else if ('children' in node && node.type !== 'link') inInline(node.children, names)
  }
}

/** a name ends in a letter or digit, so that "@kim." means kim; a@b.c is an address */
const bare = /(?<![\p{L}\p{N}_@])@([\p{L}\p{N}](?:[\p{L}\p{N}_.-]{0,98}[\p{L}\p{N}_])?)/gu
