/** A page that nobody sees paints nothing: then this long is enough. In milliseconds. */
const PATIENCE_MS = 100

/**
 * Resolves once what has just changed is painted, or when the page goes. The browser, the server and the disk are at work for
 * a request, on the cores that painting needs.
 */
export function painted(): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(patience)
      removeEventListener('pagehide', done)
      resolve()
    }
    const patience = setTimeout(done, PATIENCE_MS)
    addEventListener('pagehide', done)
    // A frame's callbacks come before its painting, and what they put off comes after it.
    requestAnimationFrame(() => setTimeout(done))
  })
}
