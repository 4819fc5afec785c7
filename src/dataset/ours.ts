import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** What a working folder made for category folders that were given themselves is called, among them. */
export const OWN_FOLDER = 'tf_files'

/** What itc writes into a working folder. */
const OWN_NAMES = ['model', 'bottlenecks', 'studio', 'unlabeled', 'trash', 'exports']
const OWN_FILES = ['retrained_graph.pb', 'retrained_labels.txt', 'report.html']
/** What tells a folder that itc has worked in. */
const MARKS = ['model/manifest.json', 'bottlenecks/parts', 'bottlenecks/files.arrow', 'studio', 'retrained_graph.pb']

/** Whether itc has worked in a folder: trained there, or tried to. */
export function holdsOurs(folder: string): boolean {
  return MARKS.some(mark => existsSync(join(folder, mark)))
}

/** The names in a folder that are itc's own and no categories, by what lies in it. */
export async function oursIn(folder: string): Promise<ReadonlySet<string>> {
  return new Set(holdsOurs(folder) ? [OWN_FOLDER, ...OWN_NAMES, ...OWN_FILES] : [OWN_FOLDER])
}

/** Names of categories that would be mixed up with what itc writes beside them. */
export function takenNames(folders: readonly string[]): string[] {
  return folders.filter(name => OWN_NAMES.includes(name))
}
