import fs from 'node:fs'
import { systemError } from './errors.mjs'
import { isOpen } from './opened.mjs'

const { lstatSync } = fs
const REMOVES = ['rm', 'rmdir', 'unlink']
/** Every so many renames and removals a virus scanner holds the file for a moment. */
const HELD_EVERY = 3
const CODES = ['EBUSY', 'EPERM', 'EACCES']
let turn = 0
/** What was refused once: asking again is granted. */
const refused = new Set()

/** Why a call is refused; undefined where it is not. */
export function refusal(name, args, places) {
  const [path] = args
  if (name === 'link') return systemError('EISDIR', 'link', path) // FAT and exFAT
  if (name !== 'rename' && !REMOVES.includes(name)) return undefined
  const paths = places.map(at => args[at])
  for (const each of paths) if (isOpen(each)) return systemError('EPERM', name, path)
  if (!isThere(path)) return undefined
  if (refused.delete(path) || ++turn % HELD_EVERY !== 0) return undefined
  refused.add(path)
  return systemError(CODES[(turn / HELD_EVERY) % CODES.length], name, path)
}

function isThere(path) {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}
