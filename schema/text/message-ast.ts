/** What a message's text means, as `parseMessage` reads it: what is drawn, searched, quoted and notified is made of it. */
export type Block =
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly type: 'quote'; readonly blocks: readonly Block[] }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly ListItem[] }
  | { readonly type: 'codeBlock'; readonly language: string | null; readonly text: string }
  | { readonly type: 'table'; readonly align: readonly Align[]; readonly rows: readonly TableRow[] }
  | { readonly type: 'rule'; readonly typed: string }

export interface ListItem {
  /** as it was typed: '7.', '7)', or a bullet */
  readonly marker: string
  /** a task: done or not; null: none */
  readonly checked: boolean | null
  readonly blocks: readonly Block[]
}
export type Align = 'left' | 'center' | 'right' | null
/** the first row of a table is its head */
export type TableRow = readonly (readonly Inline[])[]

export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'strong' | 'emphasis' | 'strike'; readonly children: readonly Inline[] }
  | Link
  | { readonly type: 'mention'; readonly name: string; readonly silent: boolean }
  | { readonly type: 'roomLink'; readonly room: string; readonly thread: string | null }

export interface Link {
  readonly type: 'link'
  /** an address where a person may be sent (safe-url.ts) */
  readonly url: string
  /** what its author wants said of it: `[label](address "title")` */
  readonly title: string | null
  /** shown behind a label that reads as another address */
  readonly host: string | null
  readonly children: readonly Inline[]
}
