import { useEditorState, type Editor } from '@tiptap/react'
import {
  Bold,
  Code,
  Heading1,
  Heading2,
  Heading3,
  Italic,
  Link,
  List,
  ListChecks,
  ListOrdered,
  Minus,
  Quote,
  Redo2,
  SquareCode,
  Strikethrough,
  Undo2,
  type LucideIcon,
} from 'lucide-react'
import { useState } from 'react'
import { Group, Toolbar } from 'react-aria-components'
import { safeUrl } from '../../../schema/text/safe-url.ts'
import { Button, IconButton } from '../../shell/Button.tsx'
import { Field } from '../../shell/Field.tsx'
import { shortcut } from '../../shell/keyboard.ts'
import css from './PageToolbar.module.css'

interface Tool {
  readonly label: string
  readonly keys?: string
  readonly icon: LucideIcon
  /** is it on where the caret is? null: it is not something that can be on */
  isOn(editor: Editor): boolean | null
  run(editor: Editor): void
}

const mark = (name: string, label: string, icon: LucideIcon, keys: string): Tool => ({
  label,
  keys,
  icon,
  isOn: (editor) => editor.isActive(name),
  run: (editor) => editor.chain().focus().toggleMark(name).run(),
})
const heading = (level: 1 | 2 | 3, icon: LucideIcon): Tool => ({
  label: `Heading ${level}`,
  icon,
  isOn: (editor) => editor.isActive('heading', { level }),
  run: (editor) => editor.chain().focus().toggleHeading({ level }).run(),
})

const groups: readonly (readonly Tool[])[] = [
  [
    { label: 'Undo', keys: 'Z', icon: Undo2, isOn: () => null, run: (editor) => editor.chain().focus().undo().run() },
    { label: 'Redo', icon: Redo2, isOn: () => null, run: (editor) => editor.chain().focus().redo().run() },
  ],
  [heading(1, Heading1), heading(2, Heading2), heading(3, Heading3)],
  [
    mark('bold', 'Bold', Bold, 'B'),
    mark('italic', 'Italic', Italic, 'I'),
    mark('strike', 'Strikethrough', Strikethrough, 'Shift+S'),
    mark('code', 'Code', Code, 'E'),
  ],
  [
    {
      label: 'Bullet list',
      icon: List,
      isOn: (editor) => editor.isActive('bulletList'),
      run: (editor) => editor.chain().focus().toggleBulletList().run(),
    },
    {
      label: 'Numbered list',
      icon: ListOrdered,
      isOn: (editor) => editor.isActive('orderedList'),
      run: (editor) => editor.chain().focus().toggleOrderedList().run(),
    },
    {
      label: 'Task list',
      icon: ListChecks,
      isOn: (editor) => editor.isActive('taskList'),
      run: (editor) => editor.chain().focus().toggleTaskList().run(),
    },
  ],
  [
    {
      label: 'Quote',
      icon: Quote,
      isOn: (editor) => editor.isActive('blockquote'),
      run: (editor) => editor.chain().focus().toggleBlockquote().run(),
    },
    {
      label: 'Code block',
      icon: SquareCode,
      isOn: (editor) => editor.isActive('codeBlock'),
      run: (editor) => editor.chain().focus().toggleCodeBlock().run(),
    },
    {
      label: 'Line',
      icon: Minus,
      isOn: () => null,
      run: (editor) => editor.chain().focus().setHorizontalRule().run(),
    },
  ],
]

/** What can be done to the text. One stop of the Tab key; arrows go from one to the next. */
export function PageToolbar({ editor }: { editor: Editor }) {
  const [linking, setLinking] = useState(false)
  const on = useEditorState({
    editor,
    selector: ({ editor }) => groups.flat().map((tool) => tool.isOn(editor)),
  })
  const hasLink = useEditorState({ editor, selector: ({ editor }) => editor.isActive('link') })
  let at = 0
  return (
    <div className={css.bar}>
      <Toolbar className={css.tools!} aria-label="Formatting">
        {groups.map((tools) => (
          <Group key={tools[0]!.label} className={css.group!}>
            {tools.map((tool) => {
              const pressed = on[at++]
              return (
                <IconButton
                  key={tool.label}
                  label={tool.keys ? `${tool.label} (${shortcut(tool.keys)})` : tool.label}
                  {...(pressed !== null && { 'aria-pressed': pressed! })}
                  onMouseDown={keepSelection}
                  onClick={() => tool.run(editor)}
                >
                  <tool.icon size={18} aria-hidden />
                </IconButton>
              )
            })}
          </Group>
        ))}
        <IconButton label="Link" aria-pressed={hasLink} aria-expanded={linking} onClick={() => setLinking(!linking)}>
          <Link size={18} aria-hidden />
        </IconButton>
      </Toolbar>
      {linking && <LinkForm editor={editor} close={() => setLinking(false)} />}
    </div>
  )
}

/** The caret stays where it is. */
function keepSelection(event: { preventDefault(): void }): void {
  event.preventDefault()
}

function LinkForm({ editor, close }: { editor: Editor; close(): void }) {
  const before = (editor.getAttributes('link')['href'] as string | undefined) ?? ''
  const [address, setAddress] = useState(before)
  const [fault, setFault] = useState<string | null>(null)
  const back = () => {
    close()
    editor.commands.focus()
  }
  const set = () => {
    const typed = address.trim()
    const url = safeUrl(typed) ?? safeUrl(`https://${typed}`)
    if (!url) return setFault('This is no address that a page may link to. Write one like https://example.org.')
    const chain = editor.chain().focus().extendMarkRange('link')
    if (editor.state.selection.empty && !before) {
      chain.insertContent({ type: 'text', text: typed, marks: [{ type: 'link', attrs: { href: url } }] }).run()
    } else chain.setLink({ href: url }).run()
    close()
  }
  return (
    <form
      className={css.link}
      onSubmit={(event) => {
        event.preventDefault()
        set()
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        back()
      }}
    >
      <Field
        label="Address"
        value={address}
        fault={fault}
        autoFocus
        onChange={(text) => {
          setAddress(text)
          setFault(null)
        }}
      />
      <div className={css.buttons}>
        <Button type="submit" look="primary" disabled={address.trim() === ''}>
          Set link
        </Button>
        {before && (
          <Button
            onClick={() => {
              editor.chain().focus().extendMarkRange('link').unsetLink().run()
              close()
            }}
          >
            Remove link
          </Button>
        )}
        <Button onClick={back}>Cancel</Button>
      </div>
    </form>
  )
}
