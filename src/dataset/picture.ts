import type { Split } from './split.ts'

/** A file that is to be a picture; nobody has opened it yet. */
export interface Picture {
  /** The category: its folder's name, exactly. */
  readonly label: string
  /** The data folder joined with `relative`: opens the file. */
  readonly path: string
  /** category/…/file, with `/` on every system; before it the folders that the categories lie in. */
  readonly relative: string
  /** Bytes; of the target where the file is a link. */
  readonly size: number
  readonly mtimeMs: number
  /** What it is for, where the folder above its category's says so. */
  readonly split?: Split | undefined
  /** What the cache knows the file by, where that is not `relative`. */
  readonly cachedAs?: string | undefined
}

/** What lies in the data folder and is not used. */
export interface Skipped {
  readonly relative: string
  /** A fragment to put behind the name, such as "a FIFO". */
  readonly reason: string
}

export interface ScanOptions {
  /** Takes every folder in the data folder for a category, whatever it looks like. */
  readonly plain?: boolean | undefined
  /** Takes links to folders for folders; those that lead back to where they lie are left out. */
  readonly followLinks?: boolean | undefined
  /** The folders are not the working folder's own: the cache is to know their files by whole paths. */
  readonly isElsewhere?: boolean | undefined
}
