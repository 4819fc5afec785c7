import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Every file of a folder by its path in it, and its content's hash; nothing where there is no folder. */
export function filesIn(folder) {
  if (!existsSync(folder)) return new Map()
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex')]
    }),
  )
}

/** Which of some files are no longer as they were. */
export function changed(before, folder) {
  const now = filesIn(folder)
  return [...before].filter(([path, hash]) => now.get(path) !== hash).map(([path]) => `${path} is gone or changed`)
}

/** What killed runs must not leave behind for good. */
export function draftsIn(...folders) {
  return folders.flatMap(folder =>
    [...filesIn(folder).keys()].filter(path => /\.tmp($|\/)|\.lock/.test(path)).map(path => `${path} was left`),
  )
}
