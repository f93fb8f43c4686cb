import type { Block, Inline } from './message-ast.ts'

/** What a reader of the drawn message reads, without what its shape says: one line a block, a list item or a table's row. */
export function blocksText(blocks: readonly Block[]): string {
  return blocks.map(blockText).join('\n')
}

export function inlineText(nodes: readonly Inline[]): string {
  let text = ''
  for (const node of nodes) text += inline(node)
  return text
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return inlineText(block.children)
    case 'quote':
      return blocksText(block.blocks)
    case 'list':
      return block.items
        .map(
          ({ marker, checked, blocks }) => `${checked === null ? marker : checked ? '☑' : '☐'} ${blocksText(blocks)}`,
        )
        .join('\n')
    case 'codeBlock':
      return block.text
    case 'table':
      return block.rows.map((row) => row.map(inlineText).join(' | ')).join('\n')
    case 'rule':
      return block.typed
  }
}

function inline(node: Inline): string {
  switch (node.type) {
    case 'text':
    case 'code':
      return node.text
    case 'strong':
    case 'emphasis':
    case 'strike':
      return inlineText(node.children)
    case 'link':
      return inlineText(node.children) + (node.host === null ? '' : ` (${node.host})`)
    case 'mention':
      return `@${node.name}`
    case 'roomLink':
      return node.thread === null ? `#${node.room}` : `#${node.room} > ${node.thread}`
  }
}
