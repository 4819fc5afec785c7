import { join } from 'node:path'
import { count, list } from '../text.ts'
import { convertCommand, converterNeeded } from './convert.ts'
import type { Skipped } from './picture.ts'

/** Files that can't be used for the same reason. */
export interface Refusal {
  readonly files: number
  /** Of the first; figures in it may differ for the others. */
  readonly reason: string
  readonly paths: readonly string[]
  /** What converts all of them, where converting helps. */
  readonly command?: string | undefined
  /** The program that the command needs, where it does not come with the system. */
  readonly needs?: string | undefined
}

/** A category that refusals leave with few pictures. */
export interface Short {
  readonly label: string
  readonly usable: number
  readonly refused: number
}

/** A category with fewer pictures than these is short of them. */
const FEW = 10

/**
 * Groups files that can't be used by the reason, the largest group first. Where the reason says to convert them, each ending
 * is a group of its own, with the command that converts them.
 *
 * @param folder what the paths are relative to; '' for paths as they were given
 */
export function groupRefusals(
  skipped: readonly Skipped[],
  folder: string,
  platform: NodeJS.Platform = process.platform,
): Refusal[] {
  const counted = new CountedRefusals()
  for (const file of skipped) counted.add(file)
  return counted.groups(folder, platform)
}

/** Reasons beyond these are counted with the last one: no list of them grows with the pictures. */
const MOST_REASONS = 100

interface Group {
  readonly reason: string
  readonly ending: string
  readonly paths: string[]
  files: number
  /** The deepest folder that all lie in, part by part. */
  common: readonly string[]
}

/** The same for files that come one by one, of which each group names a few. */
export class CountedRefusals {
  readonly #groups = new Map<string, Group>()
  readonly #named: number

  /** @param named paths that are kept of each group */
  constructor(named = Number.POSITIVE_INFINITY) {
    this.#named = named
  }

  /** @returns how many there are now for that reason */
  add(file: Skipped): number {
    const { relative, reason } = file
    const ending = isConvertible(file) ? endingOf(relative) : ''
    // Numbers (pixels, megabytes) differ from file to file, and are no other reason.
    const own = `${ending} ${reason.replaceAll(/\d[\d.,]*/g, '#')}`
    const key = this.#groups.size < MOST_REASONS || this.#groups.has(own) ? own : [...this.#groups.keys()].at(-1)!
    const parts = relative.split('/').slice(0, -1)
    const group = this.#groups.get(key) ?? { reason, ending, paths: [], files: 0, common: parts }
    this.#groups.set(key, group)
    if (group.files++ < this.#named) group.paths.push(relative)
    const end = group.common.findIndex((part, at) => part !== parts[at])
    if (end >= 0) group.common = group.common.slice(0, end)
    return group.files
  }

  /** @param folder as of `groupRefusals`; undefined where no command reaches the files */
  groups(folder: string | undefined, platform: NodeJS.Platform = process.platform): Refusal[] {
    return [...this.#groups.values()]
      .sort((a, b) => b.files - a.files)
      .map(({ files, reason, paths, ending, common }) => {
        if (ending === '' || folder === undefined) return { files, reason, paths }
        const needs = converterNeeded(platform)
        const command = convertCommand(join(folder, common.join('/')), ending, platform)
        return { files, reason, paths, command, ...(needs && { needs }) }
      })
  }
}

function isConvertible({ reason }: Skipped): boolean {
  return reason.includes('convert it to')
}

/** A file's ending, in lower case; '' for one that a command could take for something else. */
function endingOf(path: string): string {
  return /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
}

/**
 * The categories that refusals leave short: with fewer than ten pictures, or with fewer than were refused.
 *
 * @param usable pictures of each category
 */
export function shortCategories(skipped: readonly Skipped[], usable: Readonly<Record<string, number>>): Short[] {
  const labels = new Set(Object.keys(usable))
  const refused = new Map<string, number>()
  for (const { relative } of skipped) {
    const label = relative.split('/').find(part => labels.has(part))
    if (label !== undefined) refused.set(label, (refused.get(label) ?? 0) + 1)
  }
  return [...refused]
    .map(([label, amount]) => ({ label, usable: usable[label]!, refused: amount }))
    .filter(({ usable, refused }) => usable < FEW || usable < refused)
}

/** "20 files, such as rose/1.heic: HEIC needs a decoder" */
export function refusalText({ files, reason, paths }: Refusal): string {
  const named = files === 1 ? paths[0]! : `${count(files, 'file')}, such as ${paths[0]}`
  return `${named}: ${reason}`
}

/** "short of pictures: rose (2 of 22 left)" */
export function shortText(short: readonly Short[], shown: (label: string) => string): string {
  const each = short.map(({ label, usable, refused }) => `${shown(label)} (${usable} of ${usable + refused} left)`)
  return `short of pictures: ${list(each, 5)}`
}
