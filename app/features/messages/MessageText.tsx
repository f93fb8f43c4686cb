import { memo, useMemo, type MouseEvent, type ReactNode } from 'react'
import { directionOf } from '../../../schema/text/direction.ts'
import { blocksText, inlineText } from '../../../schema/text/drawn-text.ts'
import type { Block, Inline, Link, ListItem } from '../../../schema/text/message-ast.ts'
import { parseMessage } from '../../../schema/text/parse-message.ts'
import { CodeBlock } from './CodeBlock.tsx'
import { openHere, ownRoute } from './own-link.ts'
import { RoomLink } from './RoomLink.tsx'
import { useRowTabIndex } from './row-tab-index.ts'
import css from './MessageText.module.css'

/** A message's text: Markdown as React elements, never as HTML. Every paragraph has its own direction. */
export const MessageText = memo(function MessageText({ text, names }: { text: string; names?: readonly string[] }) {
  const blocks = useMemo(() => parseMessage(text), [text])
  return <div className={css.text}>{drawBlocks(blocks, names ?? none)}</div>
})

const none: readonly string[] = []

/* Functions, not components: a long message has hundreds of these, and none has a state of its own. */

function drawBlocks(blocks: readonly Block[], names: readonly string[]): ReactNode {
  return blocks.map((block, at) => drawBlock(block, at, names))
}

function drawBlock(block: Block, key: number, names: readonly string[]): ReactNode {
  switch (block.type) {
    case 'paragraph':
      return (
        <p key={key} dir="auto">
          {drawInline(block.children, names)}
        </p>
      )
    case 'heading':
      return (
        <p key={key} dir="auto" className={css.heading} role="heading" aria-level={Math.min(block.level + 2, 6)}>
          {drawInline(block.children, names)}
        </p>
      )
    case 'quote':
      return (
        <blockquote key={key} dir={directionOf(blocksText(block.blocks))}>
          {drawBlocks(block.blocks, names)}
        </blockquote>
      )
    case 'codeBlock':
      return <CodeBlock key={key} code={block.text} language={block.language} />
    case 'list': {
      const items = block.items.map((item, at) => drawItem(item, at, names))
      return block.ordered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>
    }
    case 'table':
      return drawTable(block, key, names)
    case 'rule':
      return <hr key={key} />
  }
}

/** The marker is text: a number stays the one that was typed, and is copied with the item. */
function drawItem(item: ListItem, key: number, names: readonly string[]): ReactNode {
  return (
    <li key={key} dir={directionOf(blocksText(item.blocks))}>
      {item.checked === null ? (
        <span className={css.marker}>{item.marker}</span>
      ) : (
        <input type="checkbox" checked={item.checked} readOnly disabled aria-label="task" />
      )}
      <div className={css.item}>{drawBlocks(item.blocks, names)}</div>
    </li>
  )
}

function drawTable(table: Extract<Block, { type: 'table' }>, key: number, names: readonly string[]): ReactNode {
  const cells = (row: (typeof table.rows)[number], Cell: 'th' | 'td') =>
    row.map((cell, at) => (
      <Cell key={at} dir="auto" style={table.align[at] ? { textAlign: table.align[at] } : undefined}>
        {drawInline(cell, names)}
      </Cell>
    ))
  const [head, ...body] = table.rows
  return (
    <div key={key} className={css.tableScroll} tabIndex={0} role="region" aria-label="Table">
      <table dir={directionOf(blocksText([table]))}>
        {head && (
          <thead>
            <tr>{cells(head, 'th')}</tr>
          </thead>
        )}
        <tbody>
          {body.map((row, at) => (
            <tr key={at}>{cells(row, 'td')}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function drawInline(nodes: readonly Inline[], names: readonly string[]): ReactNode {
  // most paragraphs are one text
  if (nodes.length === 1 && nodes[0]!.type === 'text') return nodes[0]!.text
  return nodes.map((node, at) => drawNode(node, at, names))
}

function drawNode(node: Inline, key: number, names: readonly string[]): ReactNode {
  switch (node.type) {
    case 'text':
      return node.text
    case 'code':
      return (
        <code key={key} dir="auto">
          {node.text}
        </code>
      )
    case 'strong':
      return <strong key={key}>{drawInline(node.children, names)}</strong>
    case 'emphasis':
      return <em key={key}>{drawInline(node.children, names)}</em>
    case 'strike':
      return <del key={key}>{drawInline(node.children, names)}</del>
    case 'link':
      return <LinkView key={key} link={node} names={names} />
    case 'mention': {
      const me = !node.silent && names.includes(node.name)
      return (
        <span key={key} className={me ? css.mentionMe : css.mention} dir="auto">
          {inlineText([node])}
        </span>
      )
    }
    case 'roomLink':
      return <RoomLink key={key} room={node.room} thread={node.thread} />
  }
}

function LinkView({ link, names }: { link: Link; names: readonly string[] }) {
  const tabIndex = useRowTabIndex()
  const route = ownRoute(link.url)
  const way = route
    ? { onClick: (event: MouseEvent) => openHere(event, route) }
    : { target: '_blank', rel: 'noopener noreferrer nofollow' }
  return (
    <>
      <a
        {...way}
        href={link.url}
        title={link.title ? `${link.title}\n${link.url}` : link.url}
        tabIndex={tabIndex}
        dir="auto"
      >
        {drawInline(link.children, names)}
      </a>
      {link.host !== null && ` (${link.host})`}
    </>
  )
}
