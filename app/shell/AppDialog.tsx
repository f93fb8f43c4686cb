import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { IconButton } from './Button.tsx'
import css from './AppDialog.module.css'

/** A dialog in the middle of the screen; focus goes in, and back to where it was. Imported by lazy chunks only. */
export function AppDialog(props: { title: string; wide?: boolean; close(): void; children: ReactNode }) {
  const { title, wide = false, close, children } = props
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && close()} className={css.overlay!}>
      <Modal className={css.modal!} data-wide={wide || undefined}>
        <Dialog className={css.dialog!}>
          <header className={css.head}>
            <Heading slot="title" className={css.title!}>
              {title}
            </Heading>
            <IconButton label="Close" onClick={close}>
              <X size={18} aria-hidden />
            </IconButton>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
