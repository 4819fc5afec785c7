import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PictureError } from '../../src/image/pictureError.ts'
import type { NamingModel } from '../../src/jobs/guess/ahead.ts'
import { tempFolder } from './tempFolder.ts'

/** Names a "picture" by its text: "cat 0.9". Only for what is about files, not about pictures. */
export const textModel = textModelOf(['cat', 'dog'])

/** The same of other labels; the second one, or the first, gets what is left of the score. */
export function textModelOf(labels: readonly string[]): NamingModel {
  return {
    labels,
    async *guessAll(sources, options) {
      for (const source of sources) {
        options?.signal?.throwIfAborted()
        const [label = '', score = ''] = (await readFile(String(source), 'utf8')).split(' ')
        if (!labels.includes(label)) yield { error: new PictureError('not-a-picture', 'not a picture') }
        else {
          const other = labels.find(name => name !== label)!
          yield {
            scores: [
              { label, score: Number(score) },
              { label: other, score: 1 - Number(score) },
            ],
            familiarity: undefined,
            unfamiliar: false,
          }
        }
      }
    },
  }
}

export interface Folders {
  readonly root: string
  readonly source: string
  readonly destination: string
}

/** Folders of their own for a test, the source with these files. */
export async function makeFolders(files: Readonly<Record<string, string>>, under?: string): Promise<Folders> {
  const root = await tempFolder(under)
  const folders = { root, source: join(root, 'source'), destination: join(root, 'destination') }
  await mkdir(folders.source)
  await writeFiles(folders.source, files)
  return folders
}

export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

/** Every file of a folder and its text; of long ones the hash. Tables have SOURCE and SHA256 for what differs each time. */
export async function contents(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    const text = bytes.length < 2000 ? bytes.toString() : createHash('sha256').update(bytes).digest('hex')
    files[path.slice(folder.length + 1)] = entry.name === 'results.csv' ? plainTable(text, folder) : text
  }
  return files
}

function plainTable(text: string, destination: string): string {
  return text.replaceAll(join(dirname(destination), 'source'), 'SOURCE').replace(/\b[0-9a-f]{64}\b/g, 'SHA256')
}
