import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { layoutOf } from '../../model/layout.ts'
import type { KeptPart } from '../api.ts'

/** Where things lie in a working folder that a studio looks after. */
export interface StudioFolder {
  readonly root: string
  /** Holds the category folders: `data`, or what trains in it. */
  readonly data: string
  /** Parts of a set that is already split, beside the one that `data` is. */
  readonly kept: readonly KeptPart[]
  /** Pictures without a category. */
  readonly unlabeled: string
  /** A folder an entry of the journal; studio never deletes. */
  readonly trash: string
  readonly journal: string
  readonly settings: string
  readonly results: string
  /** May be deleted. */
  readonly thumbnails: string
  /** Uploads on their way. */
  readonly incoming: string
  readonly exports: string
  readonly lock: string
}

/** @param unlabeled the folder of pictures without a category; `tf_files/unlabeled` unless given */
export function studioFolder(tfFiles: string, unlabeled?: string): StudioFolder {
  const root = resolve(tfFiles)
  const home = join(root, 'studio')
  return {
    root,
    data: layoutOf(root).data,
    kept: [],
    unlabeled: unlabeled === undefined ? join(root, 'unlabeled') : resolve(unlabeled),
    trash: join(root, 'trash'),
    journal: join(home, 'journal.jsonl'),
    settings: join(home, 'settings.json'),
    results: join(home, 'results.json'),
    thumbnails: join(home, 'thumbnails'),
    incoming: join(home, 'incoming'),
    exports: join(root, 'exports'),
    lock: join(home, '.studio.lock'),
  }
}

/** A file's path as journal and page have it: under the working folder, with `/`; absolute for what lies elsewhere. */
export function shownPath(root: string, path: string): string {
  const inside = relative(root, path)
  const shown = inside.startsWith('..') || isAbsolute(inside) ? path : inside
  return sep === '/' ? shown : shown.replaceAll(sep, '/')
}

/** The reverse of `shownPath`. */
export function openPath(root: string, shown: string): string {
  return resolve(root, shown)
}
