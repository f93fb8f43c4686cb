import { Fragment, type Node as PageNode, type Schema } from '@tiptap/pm/model'
import * as Y from 'yjs'

/**
 * Whether this build can write in a page. The editor's binding deletes from the shared document what its schema does not know;
 * so a page with something of a newer build in it is only shown. Law: a document for which `isKnown` is true is drawn whole.
 */
export function isKnown(schema: Schema, fragment: Y.XmlFragment): boolean {
  const nodes = nodesOf(schema, fragment)
  // an empty page is filled with what it must hold
  return nodes !== null && (nodes.length === 0 || schema.topNodeType.validContent(Fragment.from(nodes)))
}

/** As the binding makes them; null when something in it would be dropped. What holds no text may be. */
function toNodes(schema: Schema, type: unknown): PageNode[] | null {
  if (type instanceof Y.XmlText) return toTexts(schema, type)
  if (!(type instanceof Y.XmlElement)) return null
  const nodeType = schema.nodes[type.nodeName]
  const attributes = type.getAttributes() as Record<string, unknown>
  if (!nodeType || Object.keys(attributes).some((name) => !Object.hasOwn(nodeType.spec.attrs ?? {}, name))) return null
  const children = nodesOf(schema, type)
  if (children === null) return null
  try {
    return [nodeType.createChecked(attributes, children)]
  } catch {
    return children.some((child) => child.textContent !== '') ? null : []
  }
}

function nodesOf(schema: Schema, parent: Y.XmlFragment): PageNode[] | null {
  const nodes: PageNode[] = []
  for (const child of parent.toArray()) {
    const made = toNodes(schema, child)
    if (made === null) return null
    nodes.push(...made)
  }
  return nodes
}

function toTexts(schema: Schema, text: Y.XmlText): PageNode[] | null {
  const nodes: PageNode[] = []
  for (const { insert, attributes = {} } of text.toDelta() as {
    insert: unknown
    attributes?: Record<string, object>
  }[]) {
    if (typeof insert !== 'string') return null
    const marks = []
    for (const [name, values] of Object.entries(attributes)) {
      const type = schema.marks[markName(name)]
      if (!type || Object.keys(values).some((each) => !Object.hasOwn(type.spec.attrs ?? {}, each))) return null
      marks.push(type.create(values as Record<string, unknown>))
    }
    if (insert !== '') nodes.push(schema.text(insert, marks))
  }
  return nodes
}

/** Of an update that is not merged yet: whether what it brings is known. */
export function bringsKnown(schema: Schema, update: Uint8Array): boolean {
  const attributes = new Set(Object.values(schema.nodes).flatMap((type) => Object.keys(type.spec.attrs ?? {})))
  return Y.decodeUpdate(update).structs.every((struct) => {
    const { content, parentSub = null } = struct as { readonly content?: unknown; readonly parentSub?: string | null }
    if (parentSub !== null) return attributes.has(parentSub)
    if (content instanceof Y.ContentType) {
      const { type } = content
      return type instanceof Y.XmlText || (type instanceof Y.XmlElement && Object.hasOwn(schema.nodes, type.nodeName))
    }
    if (content instanceof Y.ContentFormat) return Object.hasOwn(schema.marks, markName(content.key))
    return !(content instanceof Y.ContentEmbed || content instanceof Y.ContentDoc)
  })
}

/** Of a mark that may lie over itself, the binding writes the name with a hash of its values. */
function markName(key: string): string {
  return /^(.+)--[a-zA-Z0-9+/=]{8}$/.exec(key)?.[1] ?? key
}
