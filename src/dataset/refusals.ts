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
 * @param folder what the paths are relative to
 */
export function groupRefusals(
  skipped: readonly Skipped[],
  folder: string,
  platform: NodeJS.Platform = process.platform,
): Refusal[] {
  const groups = new Map<string, Skipped[]>()
  for (const file of skipped) {
    const key = keyOf(file)
    const group = groups.get(key)
    if (group) group.push(file)
    else groups.set(key, [file])
  }
  return [...groups.values()].sort((a, b) => b.length - a.length).map(group => refusalOf(group, folder, platform))
}

/** Numbers (pixels, megabytes) differ from file to file, and are no other reason. */
function keyOf(file: Skipped): string {
  const ending = isConvertible(file) ? endingOf(file.relative) : ''
  return `${ending} ${file.reason.replaceAll(/\d[\d.,]*/g, '#')}`
}

function refusalOf(group: readonly Skipped[], folder: string, platform: NodeJS.Platform): Refusal {
  const [first] = group as [Skipped]
  const ending = isConvertible(first) ? endingOf(first.relative) : ''
  const base = {
    files: group.length,
    reason: first.reason,
    paths: group.map(({ relative }) => relative),
  }
  if (ending === '') return base
  const common = commonFolder(group.map(({ relative }) => relative))
  const needs = converterNeeded(platform)
  return { ...base, command: convertCommand(join(folder, common), ending, platform), ...(needs && { needs }) }
}

function isConvertible({ reason }: Skipped): boolean {
  return reason.includes('convert it to')
}

/** A file's ending, in lower case; '' for one that a command could take for something else. */
function endingOf(path: string): string {
  return /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
}

/** The deepest folder that all lie in; '' where that is the folder which paths are relative to. */
function commonFolder(paths: readonly string[]): string {
  let common = paths[0]!.split('/').slice(0, -1)
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1)
    const end = common.findIndex((part, at) => part !== parts[at])
    if (end >= 0) common = common.slice(0, end)
  }
  return common.join('/')
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
