import type { Page } from '@playwright/test'

export type Act =
  { readonly type: string } | { readonly press: string } | { readonly click: string } | { readonly reload: true }

/** Does all of this in the moment in which an element appears: none of the queries of what it stands in has answered yet. */
export async function asSoonAsThereIs(tab: Page, selector: string, acts: readonly Act[]): Promise<void> {
  await tab.evaluate(
    ([selector, acts]) => {
      const observer = new MutationObserver(() => {
        const field = document.querySelector<HTMLElement>(selector)
        if (!field) return
        observer.disconnect()
        for (const act of acts) {
          if ('type' in act) {
            const { prototype } = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement
            Object.getOwnPropertyDescriptor(prototype, 'value')!.set!.call(field, act.type)
            field.dispatchEvent(new InputEvent('input', { bubbles: true }))
          } else if ('press' in act) {
            field.dispatchEvent(new KeyboardEvent('keydown', { key: act.press, bubbles: true, cancelable: true }))
          } else if ('click' in act) document.querySelector<HTMLElement>(act.click)!.click()
          else location.reload()
        }
      })
      observer.observe(document.body, { childList: true, subtree: true, attributes: true })
    },
    [selector, acts] as const,
  )
}
