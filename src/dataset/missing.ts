import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LINK_TO_FOLDER } from '../disk/walk.ts'
import { systemCode, UserError } from '../errors.ts'
import { list, printable } from '../text.ts'

/** How the data folder is laid out, shown wherever it is not. */
export function example(dataFolder: string): string {
  const [cat, dog] = [join(dataFolder, 'cat/1.jpg'), join(dataFolder, 'dog/2.jpg')]
  return `Put the pictures into one folder a category, for example ${cat} and ${dog}.`
}

/** The error for a folder that cannot be listed. */
export function missingFolder(folder: string, cause: unknown): UserError {
  const code = systemCode(cause)
  if (code === 'ENOTDIR') {
    const file = existsSync(folder) ? folder : dirname(folder)
    const hint = 'Give a folder that has one folder a category in it.'
    return new UserError('E_NOT_A_FOLDER', `"${file}" is a file, not a folder.`, { hint, cause })
  }
  if (code === 'ENOENT') {
    const parent = dirname(folder)
    const message = existsSync(parent)
      ? `There is no folder "${basename(folder)}" in "${parent}".`
      : `There is no folder "${parent}".`
    return new UserError('E_NO_DATA', message, { hint: example(folder), cause })
  }
  return new UserError('E_UNREADABLE_FOLDER', `The folder "${folder}" cannot be read (${code ?? String(cause)}).`, {
    hint: 'Check that it is yours to read.',
    cause,
  })
}

interface Found {
  /** Those that hold a file that may be a picture. */
  readonly categories: readonly string[]
  readonly empty: readonly string[]
  readonly skipped: readonly { readonly relative: string; readonly reason: string }[]
}

/** @throws UserError unless there are two categories or more with a file that may be a picture */
export function checkCategories(folders: readonly string[], { categories, empty, skipped }: Found): void {
  const dataFolder = folders.join('" and "')
  const why = firstReason(skipped)
  const hint = example(folders[0]!) + why
  const named = list(
    empty.map(category => `"${category}"`),
    5,
  )
  if (categories.length === 0 && empty.length === 0) {
    throw new UserError('E_NO_CATEGORIES', `There are no category folders in "${dataFolder}".`, { hint })
  }
  if (categories.length === 0) {
    throw new UserError('E_EMPTY_CATEGORY', `No pictures in category ${named}.`, {
      hint: `Put pictures into them.${why}`,
    })
  }
  if (categories.length === 1) {
    const but = empty.length === 0 ? '' : ` (no pictures in ${named})`
    const message = `There is only one category, "${categories[0]}", in "${dataFolder}"${but}: a classifier needs at least two.`
    throw new UserError('E_ONE_CATEGORY', message, { hint })
  }
  checkNames(dataFolder, categories)
}

/** Why the first file or folder was left out, which otherwise nothing would tell: a link above all. */
function firstReason(skipped: Found['skipped']): string {
  const link = skipped.find(({ reason }) => reason.startsWith(LINK_TO_FOLDER))
  if (link) return ` Links to folders are not followed: "${printable(link.relative)}". --follow-links follows them.`
  const [first] = skipped
  return first === undefined ? '' : ` Left out, the first: "${printable(first.relative)}", ${first.reason}.`
}

/** What some program takes for the end of a line. */
const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/

/**
 * `retrained_labels.txt` has one label a line, and programs drop spaces at its end: such a name would be two labels, or two
 * names one label.
 *
 * @throws UserError `E_BAD_NAME`
 */
function checkNames(dataFolder: string, categories: readonly string[]): void {
  const ends = new Set(categories)
  const bad = categories.find(name => LINE_BREAK.test(name) || (name !== name.trimEnd() && ends.has(name.trimEnd())))
  if (bad === undefined) return
  const what = LINE_BREAK.test(bad) ? 'has a line break in it' : 'is another one but for a space at its end'
  throw new UserError('E_BAD_NAME', `The category "${printable(bad)}" in "${dataFolder}" ${what}.`, {
    hint: 'Rename that folder: labels files have one label a line.',
  })
}
