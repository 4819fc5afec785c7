import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { systemCode } from '../errors.ts'

/** Beyond these Node.js makes no buffer, or no text, of a file. */
const MOST_BYTES = 2 ** 31 - 1
const MOST_TEXT = 1 << 28

/**
 * A file's bytes. A FIFO is not waited for and a device not read without end, wherever a stranger's folder has one in a
 * file's place.
 *
 * @throws the system's error; `ENXIO` for what is neither a file nor a folder, `EFBIG` for one that is too large
 */
export async function readPlain(path: string, most = MOST_BYTES) {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = await file.stat()
    if (stats.isDirectory()) throw unreadable(path, 'EISDIR', 'is a folder')
    if (!stats.isFile()) throw unreadable(path, 'ENXIO', 'is not a regular file')
    if (stats.size > most) throw unreadable(path, 'EFBIG', 'is too large')
    return await file.readFile()
  } finally {
    await file.close()
  }
}

/** The same as text. */
export async function readPlainText(path: string): Promise<string> {
  return (await readPlain(path, MOST_TEXT)).toString()
}

/**
 * What is in a place where somebody's own may be: undefined where there is nothing; of what can't be read, such as a folder
 * or a link that leads nowhere, no bytes.
 */
export async function bytesOf(path: string): Promise<Buffer | undefined> {
  return readPlain(path).catch(async error => {
    if (systemCode(error) !== 'ENOENT') return Buffer.alloc(0)
    const there = await lstat(path).catch(() => undefined)
    return there && Buffer.alloc(0)
  })
}

function unreadable(path: string, code: string, what: string): Error {
  return Object.assign(new Error(`"${path}" ${what}`), { code, syscall: 'read', path })
}
