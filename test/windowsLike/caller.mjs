import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FRAMES = 40

/** Whether `src/` asks, itself or through a library, rather than a test. To be called before anything is awaited. */
export function bySource() {
  for (const file of callers()) {
    const path = file.replace(/^file:\/\//, '')
    if (path.startsWith(`${ROOT}src/`) || path.startsWith(`${ROOT}dist/`)) return true
    if (path.startsWith(`${ROOT}test/`) && !path.startsWith(`${ROOT}test/windowsLike/`)) return false
  }
  return false
}

/** Whether the very function that asks is one of `src/disk/`: all else must go on with what is made for this machine. */
export function askedByDisk() {
  const asking = callers().find(file => !file.includes('/test/windowsLike/'))
  return asking?.replace(/^file:\/\//, '').startsWith(`${ROOT}src/disk/`) ?? false
}

/** The files that the calling functions are in, the nearest first. */
function callers() {
  const { stackTraceLimit, prepareStackTrace } = Error
  Error.stackTraceLimit = FRAMES
  Error.prepareStackTrace = (_error, sites) => sites.map(site => site.getFileName() ?? '')
  const { stack } = new Error()
  Object.assign(Error, { stackTraceLimit, prepareStackTrace })
  return stack
}
