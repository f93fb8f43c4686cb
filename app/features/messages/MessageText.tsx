import { Fragment, memo, type ReactNode } from 'react'
import type { AlignType, PhrasingContent, RootContent } from 'mdast'
import { CodeBlock } from './CodeBlock.tsx'
import { isPlain, useMarkdown } from './markdown.ts'
import { safeUrl } from './safe-url.ts'
import css from './MessageText.module.css'

/** A message's text: Markdown as React elements, never as HTML. */
export const MessageText = memo(function MessageText({ text, names }: { text: string; names?: readonly string[] }) {
  return (
    <div className={css.text} dir="auto">
      {isPlain(text) ? <p>{text}</p> : <Markdown text={text} names={names ?? none} />}
    </div>
  )
})

const none: readonly string[] = []

function Markdown({ text, names }: { text: string; names: readonly string[] }) {
  const root = useMarkdown(text)
  if (!root) return <p>{text}</p>
  return blocks(root.children, names)
}

type Content = RootContent | PhrasingContent

function blocks(nodes: readonly Content[], names: readonly string[]): ReactNode {
  return nodes.map((node, at) => <Fragment key={at}>{block(node, names)}</Fragment>)
}

function block(node: Content, names: readonly string[]): ReactNode {
  const inside = () => blocks('children' in node ? (node.children as Content[]) : [], names)
  switch (node.type) {
    case 'paragraph':
      return <p>{inside()}</p>
    case 'heading':
      return <p className={css.heading}>{inside()}</p>
    case 'blockquote':
      return <blockquote>{inside()}</blockquote>
    case 'code':
      return <CodeBlock code={node.value} language={node.lang ?? null} />
    case 'list':
      return node.ordered ? <ol start={node.start ?? 1}>{inside()}</ol> : <ul>{inside()}</ul>
    case 'listItem':
      return (
        <li className={node.checked == null ? undefined : css.task}>
          {node.checked != null && <input type="checkbox" checked={node.checked} readOnly disabled aria-label="task" />}
          {inside()}
        </li>
      )
    case 'thematicBreak':
      return <hr />
    case 'table':
      return table(node.children, node.align ?? [], names)
    case 'text':
      return node.value
    case 'strong':
      return <strong>{inside()}</strong>
    case 'emphasis':
      return <em>{inside()}</em>
    case 'delete':
      return <del>{inside()}</del>
    case 'inlineCode':
      return <code>{node.value}</code>
    case 'break':
      return <br />
    case 'mention':
      return <span className={names.includes(node.name) ? css.mentionMe : css.mention}>@{node.name}</span>
    case 'link':
      return link(node.url, inside())
    case 'image':
      return link(node.url, node.alt || node.url)
    case 'html':
      return node.value
    case 'linkReference':
    case 'imageReference':
      return 'children' in node && node.children.length > 0 ? inside() : `[${node.label ?? node.identifier}]`
    case 'footnoteReference':
      return <sup>{node.label ?? node.identifier}</sup>
    default:
      return null
  }
}

function link(address: string, label: ReactNode): ReactNode {
  const url = safeUrl(address)
  if (!url) return label
  return (
    <a href={url} target="_blank" rel="noopener noreferrer nofollow">
      {label}
    </a>
  )
}

function table(
  rows: readonly { readonly children: readonly { readonly children: readonly Content[] }[] }[],
  align: readonly AlignType[],
  names: readonly string[],
): ReactNode {
  const cells = (row: (typeof rows)[number], Cell: 'th' | 'td') =>
    row.children.map((cell, at) => (
      <Cell key={at} style={align[at] ? { textAlign: align[at] } : undefined}>
        {blocks(cell.children, names)}
      </Cell>
    ))
  const [head, ...body] = rows
  return (
    <div className={css.tableScroll} tabIndex={0} role="region" aria-label="Table">
      <table>
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
