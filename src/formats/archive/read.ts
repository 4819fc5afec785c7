import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { UserError } from '../../errors.ts'
import { badArchive, isTarHeader, TarReader } from './tar.ts'

/** The endings of networks, and of the files that they keep weights in. */
const NETWORK_FILE = /\.(pb|json|bin|onnx|index|data|data-\d{5}-of-\d{5})$|\.onnx_data$/i
/** A single compressed file; GraphDefs end at 2 GB, and none of a picture network comes near. */
const LARGEST_FILE = 768 * 2 ** 20

/** The content of a compressed or packed file: one file, or those of an archive that may belong to a network. */
export type Unpacked = { readonly file: Buffer } | { readonly files: ReadonlyMap<string, Buffer> }

/**
 * Unpacks `.tgz`, `.tar.gz`, `.tar` and `.gz`, in memory: nothing is written to the disk.
 *
 * @param isCompressed whether the file begins as gzip does
 * @throws UserError E_BAD_ARCHIVE
 */
export async function unpack(path: string, isCompressed: boolean): Promise<Unpacked> {
  const source = createReadStream(path, { highWaterMark: 2 ** 20 })
  const stream = isCompressed ? source.pipe(createGunzip({ chunkSize: 2 ** 18 })) : source
  source.on('error', error => stream.destroy(error))
  const tar = new TarReader(name => NETWORK_FILE.test(name))
  let file: Buffer | undefined
  let length = 0
  let isTar: boolean | undefined
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      isTar ??= isTarHeader(chunk)
      if (isTar) tar.write(chunk)
      else {
        file ??= Buffer.allocUnsafeSlow(await unpackedLength(path))
        if (length + chunk.length > file.length) throw badArchive('it is damaged, or unpacks to more than 768 MB')
        chunk.copy(file, length)
        length += chunk.length
      }
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw badArchive('it is damaged or cut off', error)
  } finally {
    source.destroy()
  }
  if (isTar !== true) return { file: (file ?? Buffer.alloc(0)).subarray(0, length) }
  tar.end()
  return { files: tar.files }
}

/**
 * A gzip file's last four bytes: the length of what is in it. With it the content is put together in one place; parts
 * joined at the end would take the memory of two.
 */
async function unpackedLength(path: string): Promise<number> {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, size - 4)
    return Math.min(buffer.readUInt32LE(), LARGEST_FILE)
  } finally {
    await handle.close()
  }
}

/**
 * The file in an archive that is its network. The archives of 2017 also hold quantised graphs, evaluation graphs and
 * checkpoints.
 *
 * @throws UserError E_BAD_ARCHIVE when there is none, or no telling which
 */
export function networkIn(files: ReadonlyMap<string, Buffer>): string {
  const names = [...files.keys()].filter(name => !/(^|\/)\._/.test(name))
  const models = names.filter(name => /(^|\/)(saved_model\.pb|model\.json)$/.test(name))
  const graphs = names.filter(name => /\.(pb|onnx)$/i.test(name) && !/quant/i.test(name))
  const frozen = graphs.filter(name => /frozen/i.test(name))
  for (const candidates of [models, graphs, frozen]) if (candidates.length === 1) return candidates[0]!
  if (graphs.length === 0) throw badArchive('there is no frozen graph (.pb), model.json or .onnx in it')
  throw badArchive(`there are several networks in it, ${graphs.join(', ')}`)
}
