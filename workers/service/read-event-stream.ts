import { deviceBounds } from '../../schema/device-bounds.ts'
import { withDeadline } from './deadline.ts'

/**
 * The `data` of each Server-Sent Event in a body, as it comes. Comments (heartbeats) yield nothing, but count as life:
 * rejects when nothing at all comes for `silenceMs`, because a connection that died with the network never says so.
 * An event that is too long is passed over: '' stands in its place.
 */
export async function* readEventStream(body: ReadableStream<Uint8Array>, silenceMs: number): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  /** inside an event that is too long: up to its end */
  let skipping = false
  try {
    for (;;) {
      const chunk = await withDeadline(reader.read(), silenceMs)
      if (chunk.done) return
      text += decoder.decode(chunk.value, { stream: true })
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n')
        text = text.slice(end + 2)
        if (skipping) {
          skipping = false
          continue
        }
        const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).replace(/^ /, ''))
        if (data.length > 0) yield data.join('\n')
      }
      if (text.length <= deviceBounds.lineLength) continue
      if (!skipping) yield ''
      skipping = true
      text = text.slice(-1) // the end may come as "\n" | "\n"
    }
  } finally {
    void reader.cancel().catch(() => {})
  }
}
