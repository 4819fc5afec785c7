import fs from 'node:fs'
import { sep } from 'node:path'
import { systemError } from './errors.mjs'

const { fstatSync, statSync, readlinkSync } = fs

/** Open files of this process by what names them: the file's identity and where it was. */
const open = new Map()
let next = 0
const numbers = new Map()

/** Whether a file, or one in the folder, is open: others can't rename, replace or remove it then. */
export function isOpen(path) {
  let stats
  try {
    stats = statSync(path)
  } catch {
    return false
  }
  const own = [...open.values()]
  if (own.some(({ dev, ino }) => dev === stats.dev && ino === stats.ino)) return true
  return stats.isDirectory() && own.some(file => file.path.startsWith(path + sep))
}

/** Notes a handle until it is closed; what only reads, and a folder, can't be flushed. */
export function trackHandle(handle, [path, flags = 'r'], isSource) {
  const key = ++next
  note(key, handle.fd, String(path))
  const { close, sync, datasync } = handle
  handle.close = async () => {
    open.delete(key)
    await close.call(handle)
  }
  const reads = typeof flags === 'number' ? (flags & 3) === fs.constants.O_RDONLY : flags === 'r'
  const flush = real => async () => {
    if (reads && isSource) throw systemError('EPERM', 'fsync', path)
    await real.call(handle)
  }
  return Object.assign(handle, { sync: flush(sync), datasync: flush(datasync) })
}

export function trackNumber(fd) {
  const key = ++next
  numbers.set(fd, key)
  note(key, fd, pathOf(fd))
  return fd
}

export function untrackNumber(fd) {
  open.delete(numbers.get(fd))
  numbers.delete(fd)
}

function note(key, fd, path) {
  const { dev, ino } = fstatSync(fd)
  open.set(key, { dev, ino, path })
}

function pathOf(fd) {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}
