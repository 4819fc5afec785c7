import { dirname, parse, relative, resolve, sep } from 'node:path'
import { realPath } from '../disk/inside.ts'

/** Folders with what their paths have in common. */
export interface Common {
  /** What all paths are relative to; '' for drives that have nothing in common. */
  readonly common: string
  /** Each folder once. */
  readonly roots: readonly {
    /** The folder, as given. */
    readonly data: string
    /** To put before a path in it, with `/` on every system and behind it. */
    readonly prefix: string
  }[]
}

/** One folder is its own; several are seen from the deepest folder above all of them. */
export async function allUnder(folders: readonly string[]): Promise<Common> {
  const byPlace = new Map<string, string>()
  for (const folder of folders) {
    const place = await realPath(folder)
    if (!byPlace.has(place)) byPlace.set(place, folder)
  }
  const given = [...byPlace.values()]
  const [only] = given
  if (only === undefined) throw new Error('no folder')
  if (given.length === 1) return { common: only, roots: [{ data: only, prefix: '' }] }
  const whole = given.map(folder => resolve(folder))
  const common = commonOf(whole)
  const prefixOf = (path: string) => (common === '' ? path : relative(common, path)).replaceAll(sep, '/')
  return {
    common,
    roots: given.map((data, at) => ({ data, prefix: prefixOf(whole[at]!) === '' ? '' : `${prefixOf(whole[at]!)}/` })),
  }
}

function commonOf(paths: readonly string[]): string {
  const [first] = paths as [string]
  if (paths.some(path => parse(path).root !== parse(first).root)) return ''
  const holds = (folder: string, path: string) => path === folder || path.startsWith(folder.replace(/[/\\]?$/, sep))
  let common = first
  while (!paths.every(path => holds(common, path))) common = dirname(common)
  return common
}
