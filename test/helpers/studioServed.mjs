// Serves a folder's studio without its engine, from what is built, and prints its address: to be killed.
import { serveStudio } from '../../dist/studio/server/serve.js'

const [root, pageFolder, cacheFolder] = process.argv.slice(2)
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
await serveStudio(root, {
  engine: false,
  pageFolder,
  cacheFolder,
  signal: stop.signal,
  onReady: address => process.stdout.write(`${address}\n`),
})
