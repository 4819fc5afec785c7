/**
 * A layer over node:fs that behaves as Windows, sticks and Macs do where they differ from Linux, for tests to run under:
 * `node --import ./test/windowsLike/preload.mjs`. The name folding holds for everybody, what is refused only for `src/`:
 * a test's own hands are free.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { resolve } from 'node:path'
import { askedByDisk, bySource } from './caller.mjs'
import { absolute } from './errors.mjs'
import { foldArguments } from './names.mjs'
import { trackHandle, trackNumber, untrackNumber } from './opened.mjs'
import { refusal } from './refused.mjs'

/** Functions that take paths, and the places of these among the arguments. */
const ONE =
  'access appendFile chmod chown lchown lstat lutimes mkdir open opendir readFile readdir readlink realpath rm rmdir stat statfs truncate unlink utimes writeFile'
const TWO = 'copyFile cp link rename'
const PATHS = new Map([
  ...ONE.split(' ').map(name => [name, [0]]),
  ...TWO.split(' ').map(name => [name, [0, 1]]),
  ['symlink', [1]],
])

for (const [name, places] of PATHS) {
  wrapPromise(name, places)
  wrapSync(`${name}Sync`, name, places)
  wrapCallback(name, places)
}
const { existsSync, createReadStream, createWriteStream } = fs
fs.existsSync = path => existsSync(foldArguments('exists', [path], [0])[0])
fs.createReadStream = (path, ...rest) => createReadStream(foldArguments('open', [path], [0])[0], ...rest)
fs.createWriteStream = (path, ...rest) => createWriteStream(foldArguments('open', [path], [0])[0], ...rest)
trackNumbers()
const { platform } = process
Object.defineProperty(process, 'platform', { get: () => (askedByDisk() ? 'win32' : platform), configurable: true })
process.env.ITC_WINDOWS_LIKE = '1' // for tests of what only holds there
syncBuiltinESMExports()

function wrapPromise(name, places) {
  const real = fs.promises[name]
  fs.promises[name] = async (...given) => {
    const isSource = bySource()
    const args = foldArguments(name, given, places)
    const refused = isSource && refusal(name, args, places)
    if (refused) throw refused
    try {
      const result = await real(...args)
      if (name === 'readdir' && args[1]?.withFileTypes) return result.map(placeholder)
      // Neither system promises to tell the case that is on the disk.
      if (name === 'realpath' && args[0] !== given[0]) return resolve(given[0])
      return name === 'open' ? trackHandle(result, args, isSource) : result
    } catch (error) {
      throw absolute(error)
    }
  }
}

/** Windows lists as a link whatever is stored in a way of its own; what OneDrive keeps is named so here. */
function placeholder(dirent) {
  if (!String(dirent.name).startsWith('online-only')) return dirent
  return Object.assign(dirent, { isFile: () => false, isDirectory: () => false, isSymbolicLink: () => true })
}

function wrapSync(name, kind, places) {
  const real = fs[name]
  fs[name] = Object.assign((...given) => {
    const args = foldArguments(kind, given, places)
    const refused = bySource() && refusal(kind, args, places)
    if (refused) throw refused
    try {
      return real(...args)
    } catch (error) {
      throw absolute(error)
    }
  }, real)
}

function wrapCallback(name, places) {
  const real = fs[name]
  fs[name] = Object.assign((...given) => {
    const args = foldArguments(name, given, places)
    const callback = args.at(-1)
    const refused = bySource() && refusal(name, args, places)
    if (refused) return void process.nextTick(callback, refused)
    return real(...args.slice(0, -1), (error, ...results) => callback(error && absolute(error), ...results))
  }, real)
}

/** Files that are opened by number: by streams too. */
function trackNumbers() {
  const { open, openSync, close, closeSync } = fs
  fs.open = (...args) =>
    open(...args.slice(0, -1), (error, fd) => {
      if (!error) trackNumber(fd)
      args.at(-1)(error, fd)
    })
  fs.openSync = (...args) => trackNumber(openSync(...args))
  fs.close = (fd, ...rest) => {
    untrackNumber(fd)
    close(fd, ...rest)
  }
  fs.closeSync = fd => {
    untrackNumber(fd)
    closeSync(fd)
  }
}
