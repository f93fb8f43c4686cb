/** Example: 'this tab (leader)', 'tab 3f2a'. */
export function nameOfTab(tab: string, own: string, leader: string | null): string {
  const name = tab === own ? 'this tab' : `tab ${tab.slice(0, 4)}`
  return tab === leader ? `${name} (leader)` : name
}
