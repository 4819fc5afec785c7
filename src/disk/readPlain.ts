import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/**
 * A file's bytes. A FIFO is not waited for and a device not read without end, wherever a stranger's folder has one in a
 * file's place.
 *
 * @throws the system's error; `ENXIO` for what is neither a file nor a folder
 */
export async function readPlain(path: string) {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = await file.stat()
    if (!stats.isFile() && !stats.isDirectory()) {
      throw Object.assign(new Error(`"${path}" is not a regular file`), { code: 'ENXIO', syscall: 'read', path })
    }
    return await file.readFile() // of a folder the system says what it is
  } finally {
    await file.close()
  }
}

/** The same as text. */
export async function readPlainText(path: string): Promise<string> {
  return (await readPlain(path)).toString()
}
