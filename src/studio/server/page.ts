import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../errors.ts'

/** Where the built page lies: beside the built rooms. */
export const PAGE_FOLDER = fileURLToPath(new URL('../../studio-page/', import.meta.url))

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
}

/** The page's files by their addresses, all of them: no address is ever made into a path. */
export async function readPage(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const names = await readdir(folder, { recursive: true }).catch(cause => {
    const hint = 'In a clone, build first: npm run build.'
    throw new UserError('E_NO_PAGE', `The studio's page is not there: ${folder}`, { hint, cause })
  })
  const files = new Map<string, PageFile>()
  for (const name of names) {
    const type = TYPES[extname(name)]
    if (type === undefined) continue
    const address = name.replaceAll('\\', '/')
    files.set(address === 'index.html' ? '' : address, { bytes: await readFile(join(folder, name)), type })
  }
  return files
}
