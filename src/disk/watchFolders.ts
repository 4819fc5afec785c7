import { type FSWatcher, statSync, watch } from 'node:fs'
import { basename, join } from 'node:path'

/** Linux gives a user 8,192 watches at the least, for all programs together. */
const MOST_FOLDERS = 2000
/** Where the system watches all that is below a folder; Linux watches folder by folder. */
const WHOLE_TREES = process.platform === 'darwin' || process.platform === 'win32'

/**
 * Tells of what changes in folders, as far as the system tells; network shares and full watch tables don't, so it is never
 * all that is relied on. A watch a folder and none a file: chokidar reads a folder anew at each change in it, which is too
 * much where one holds 100,000 pictures.
 */
export class WatchedFolders {
  readonly #changed: (path: string) => void
  readonly #watchers = new Map<string, FSWatcher>()

  constructor(changed: (path: string) => void) {
    this.#changed = changed
  }

  /** Watches these from now on, and no others. @param inside those of the folders below the roots that are known */
  keep(roots: readonly string[], inside: Iterable<string>): void {
    const wanted = new Set(roots)
    for (const folder of WHOLE_TREES ? [] : inside) if (wanted.size < MOST_FOLDERS) wanted.add(folder)
    for (const folder of [...this.#watchers.keys()]) if (!wanted.has(folder)) this.#drop(folder)
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#open(folder)
  }

  close(): void {
    for (const folder of [...this.#watchers.keys()]) this.#drop(folder)
  }

  #open(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false, recursive: WHOLE_TREES }, (event, name) => {
        // Hidden files are no pictures.
        if (name === null || basename(name).startsWith('.')) return
        const path = join(folder, name)
        if (event === 'rename' && !WHOLE_TREES) this.#renew(path)
        this.#changed(path)
      })
      watcher.on('error', () => this.#drop(folder))
      this.#watchers.set(folder, watcher)
    } catch {
      // Gone again, or no watch is left: the looks in between must do.
    }
  }

  /** A folder that came, or another one in its place, is watched before anybody has looked into it. */
  #renew(path: string): void {
    this.#drop(path)
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    if (isFolder && this.#watchers.size < MOST_FOLDERS) this.#open(path)
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }
}
