import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve, sep } from 'node:path'

const { lstatSync, readdirSync } = fs
const TEMPORARY = tmpdir() + sep

/**
 * A call's arguments on a disk that takes names of another case or Unicode form for the same, and under a system without
 * /proc. A file keeps the name that it was made with; renaming it to another case changes it.
 */
export function foldArguments(name, given, places) {
  const args = [...given]
  for (const at of places) if (typeof args[at] === 'string') args[at] = fold(args[at])
  const [from, to] = args
  if (name === 'rename' && from === to) args[1] = join(dirname(to), basename(given[1]))
  return args
}

function fold(path) {
  const whole = resolve(path)
  if (whole === '/proc' || whole.startsWith('/proc/')) return '/no/proc'
  if (!whole.startsWith(TEMPORARY) || isThere(path)) return path
  const found = findIn(whole)
  return found === whole ? path : found
}

/** The path with every name as it is on the disk, as far as it is there. */
function findIn(path) {
  if (path.length < TEMPORARY.length || isThere(path)) return path
  const parent = findIn(dirname(path))
  const name = basename(path)
  const key = keyOf(name)
  return join(parent, namesIn(parent).find(each => keyOf(each) === key) ?? name)
}

function keyOf(name) {
  return name.normalize('NFC').toLowerCase()
}

function namesIn(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isThere(path) {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}
