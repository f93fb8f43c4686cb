import * as fields from '../../schema/events/payload-fields.ts'

/** A validator of a payload → what it takes, as a person reads it: `{ text: text, replyTo?: id }`. */
interface Schema {
  readonly type: string
  readonly entries?: Readonly<Record<string, Schema>>
  readonly wrapped?: Schema
  readonly options?: readonly (Schema | string)[]
  readonly item?: Schema
  readonly literal?: unknown
}

export function payloadInWords(schema: unknown): string {
  return inWords(schema as Schema)
}

/** Those that payloads share are called by their names. */
const shared = new Map<unknown, string>(Object.entries(fields).map(([name, schema]) => [schema, name]))

function inWords(schema: Schema): string {
  const name = shared.get(schema)
  if (name !== undefined && schema.entries === undefined) return name
  switch (schema.type) {
    case 'object': {
      const entries = Object.entries(schema.entries ?? {}).filter(([, value]) => value !== (fields.author as unknown))
      const parts = entries.map(([key, value]) =>
        value.type === 'optional' ? `${key}?: ${inWords(value.wrapped!)}` : `${key}: ${inWords(value)}`,
      )
      return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
    }
    case 'optional':
      return `${inWords(schema.wrapped!)}?`
    case 'nullable':
      return `${inWords(schema.wrapped!)} or null`
    case 'array':
      return `list of ${inWords(schema.item!)}`
    case 'picklist':
      return (schema.options as readonly string[]).map((option) => `"${option}"`).join(' or ')
    case 'union':
    case 'variant':
      return (schema.options as readonly Schema[]).map(inWords).join(' or ')
    case 'literal':
      return JSON.stringify(schema.literal)
    default:
      return schema.type
  }
}
