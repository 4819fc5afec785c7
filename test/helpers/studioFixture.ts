import { join } from 'node:path'
import fs from 'fs-extra'
import sharp from 'sharp'
import { Collection } from '../../src/studio/collection.ts'
import { studioFolder } from '../../src/studio/pictures/folder.ts'
import { tempFolder } from './tempFolder.ts'

/** A tiny PNG, each number another one. */
export function tinyPicture(number: number): Promise<Buffer> {
  const background = { r: (number * 37) % 256, g: (number * 91) % 256, b: (number * 151) % 256 }
  return sharp({ create: { width: 24, height: 16, channels: 3, background } }).png().toBuffer()
}

/** A working folder with tiny pictures: `{ 'data/roses': 3, unlabeled: 2 }`. */
export async function pictureFolder(counts: Readonly<Record<string, number>>): Promise<string> {
  const root = join(await tempFolder(), 'tf_files')
  let number = 0
  for (const [folder, count] of Object.entries(counts)) {
    await fs.ensureDir(join(root, folder))
    for (let at = 1; at <= count; at++) await fs.writeFile(join(root, folder, `p${at}.png`), await tinyPicture(++number))
  }
  return root
}

export async function openCollection(root: string, options = {}): Promise<Collection> {
  return Collection.open(studioFolder(root), options)
}

/** Every file below a folder, sorted, without studio's own. */
export async function filesIn(root: string): Promise<string[]> {
  const files = await fs.readdir(root, { recursive: true, withFileTypes: true })
  return files
    .filter(file => file.isFile())
    .map(file => join(file.parentPath, file.name).slice(root.length + 1))
    .filter(path => !path.startsWith('studio/'))
    .sort()
}
