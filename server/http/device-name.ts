import { parse } from 'bowser'

/** What a person's list of devices calls a browser, e.g. "Firefox on Windows". */
export function deviceName(userAgent: string | undefined): string {
  if (!userAgent) return unknown
  const { browser, os } = parse(userAgent.slice(0, 500))
  const words = [browser.name, os.name].filter(Boolean)
  return words.length === 0 ? unknown : words.join(' on ').slice(0, 80).toWellFormed()
}

const unknown = 'Unknown device'
