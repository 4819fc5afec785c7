import { open } from 'node:fs/promises'
import { systemCode } from '../errors.ts'

/** Of LMDB's two meta pages: where their fields lie, as bytes from the page's start. */
const MAGIC_AT = 24
const PAGE_SIZE_AT = 48
const LAST_PAGE_AT = 144
const TRANSACTION_AT = 152
const META_BYTES = 160
const MAGIC = 0xbeefc0de
/** Pages at the end that may never have been written, since they were free again at once. */
const SLACK = 8

/**
 * Refuses LMDB's file when it is no such file or was cut short, as a broken-off copy is. LMDB maps its file and trusts it:
 * such a one would end the process without a word.
 *
 * @param path of a file that may be absent
 */
export async function checkStoreFile(path: string): Promise<void> {
  const file = await open(path, 'r').catch(error => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return
  try {
    const { size } = await file.stat()
    if (size === 0) return
    const metaAt = async (position: number) =>
      (await file.read(Buffer.alloc(META_BYTES), 0, META_BYTES, position)).buffer
    const first = await metaAt(0)
    const pageSize = first.readUInt32LE(PAGE_SIZE_AT)
    const metas = [first, await metaAt(pageSize)]
    if (metas.some(meta => meta.readUInt32LE(MAGIC_AT) !== MAGIC)) throw new Error('its data.mdb is damaged')
    const [one, two] = metas.map(meta => meta.readBigUInt64LE(TRANSACTION_AT))
    const lastPage = Number(metas[one! > two! ? 0 : 1]!.readBigUInt64LE(LAST_PAGE_AT))
    if (size < (lastPage + 1 - SLACK) * pageSize) throw new Error('its data.mdb was cut short')
  } finally {
    await file.close()
  }
}
