import { signal } from '@preact/signals'
import { isHidden, isPictureName } from '../../../src/dataset/names.ts'
import { tell } from '../notices.ts'
import { operate } from '../server/unsaved.ts'
import { upload } from '../server/uploads.ts'
import { categories } from '../state.ts'

/** Files of one dropped folder, which may become a category; `name` is empty for loose ones. */
export interface DroppedFolder {
  readonly name: string
  readonly files: readonly File[]
}

/** Folders that wait for a word: are they categories? */
export const asked = signal<readonly DroppedFolder[]>([])

/** Takes what was dropped. @param category where loose files go; undefined: without a category */
export async function takeDropped(data: DataTransfer, category: string | undefined): Promise<void> {
  // Entries must be had at once: the list is empty after the first wait.
  const entries = [...data.items].flatMap(item => item.webkitGetAsEntry() ?? [])
  const folders = entries.filter((entry): entry is FileSystemDirectoryEntry => entry.isDirectory)
  const loose = (await Promise.all(entries.filter(({ isFile }) => isFile).map(fileOf))).flat()
  if (folders.length === 0 || category !== undefined) {
    const within = (await Promise.all(folders.map(folder => filesBelow(folder)))).flat()
    return bring([...loose, ...within], category)
  }
  await bring(loose, category)
  asked.value = (await Promise.all(folders.map(asCategories))).flat().filter(({ files }) => files.length > 0)
  if (asked.value.length === 0 && loose.length === 0) tell('There are no pictures in there.', { kind: 'wrong' })
}

/** Makes a category of each folder, or brings all in without one. */
export async function answer(folders: readonly DroppedFolder[], asCategory: boolean): Promise<void> {
  asked.value = []
  if (!asCategory)
    return bring(
      folders.flatMap(({ files }) => files),
      undefined,
    )
  for (const { name, files } of folders) {
    const known = categories.value.find(category => same(category.name, name))?.name
    if (known === undefined && (await operate({ op: 'category.add', to: name })) === undefined) continue
    await bring(files, known ?? name.normalize('NFC'))
  }
}

async function bring(files: readonly File[], category: string | undefined): Promise<void> {
  await upload(files, category)
}

/** A folder of folders is a category each; a folder of pictures is one. */
async function asCategories(folder: FileSystemDirectoryEntry): Promise<DroppedFolder[]> {
  const entries = await entriesOf(folder)
  const inner = entries.filter((entry): entry is FileSystemDirectoryEntry => entry.isDirectory)
  const own = (await Promise.all(entries.filter(({ isFile }) => isFile).map(fileOf))).flat().filter(isPicture)
  const found = await Promise.all(inner.map(async each => ({ name: each.name, files: await filesBelow(each) })))
  return own.length > 0 ? [{ name: folder.name, files: own }, ...found] : found
}

async function filesBelow(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const entries = await entriesOf(folder)
  const files = entries.map(entry =>
    entry.isDirectory ? filesBelow(entry as FileSystemDirectoryEntry) : fileOf(entry),
  )
  return (await Promise.all(files)).flat().filter(isPicture)
}

/** What a look at the disk would take for a picture. One that can't be read is sent too: the server says why. */
function isPicture({ name }: File): boolean {
  return isPictureName(name) && !isHidden(name)
}

function fileOf(entry: FileSystemEntry): Promise<File[]> {
  return new Promise(resolve => {
    const file = entry as FileSystemFileEntry
    file.file(
      found => resolve([found]),
      () => resolve([]),
    )
  })
}

/** A browser gives a hundred at a time. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>(resolve => reader.readEntries(resolve, () => resolve([])))
    if (some.length === 0) return all
    all.push(...some)
  }
}

function same(a: string, b: string): boolean {
  const folded = (name: string) => name.normalize('NFC').toLowerCase().replaceAll('_', ' ')
  return folded(a) === folded(b)
}
