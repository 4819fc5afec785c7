import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Studio } from '../studio.ts'

/** Between two signs of life, in milliseconds: proxies and browsers end what is silent. */
const ALIVE_MS = 15_000

/** GET api/events: what happens, as it happens, until the page or the server goes. The state comes first. */
export function events(studio: Studio, context: Context): Response {
  return streamSSE(context, async stream => {
    const queue: { event: string; data: string; id: string }[] = []
    let wake: (() => void) | undefined
    const push = (event: string, data: unknown) => {
      queue.push({ event, data: JSON.stringify(data), id: String(studio.collection.table.revision) })
      wake?.()
    }
    const stop = studio.hub.listen(push)
    let open = true
    stream.onAbort(() => {
      open = false
      wake?.()
    })
    try {
      push('state', await studio.state())
      while (open) {
        const next = queue.shift()
        if (next) {
          await stream.writeSSE(next)
          if (next.event === 'bye') return
        } else if (!(await somethingWithin(ALIVE_MS, resolve => (wake = resolve)))) await stream.write(': alive\n\n')
      }
    } finally {
      stop()
    }
  })
}

/** True when woken, false when the time is over. */
function somethingWithin(ms: number, waking: (resolve: () => void) => void): Promise<boolean> {
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve(false), ms)
    waking(() => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
