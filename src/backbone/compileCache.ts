import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { makeFolder } from '../disk/folder.ts'
import { openToOthers } from '../disk/ours.ts'
import { readPlain } from '../disk/readPlain.ts'
import { writeAtomic } from '../disk/writeAtomic.ts'
import { VERSION } from '../version.ts'
import type { Backbone } from './backbone.ts'
import { defaultCacheFolder } from './cacheFolder.ts'

/** Graphs whose compiled form is this large are kept compiled: 13 MB are read in a tenth of the time. The small ones are compiled as fast as read. */
const KEEP_FROM_BYTES = 4_000_000

/** Raised whenever the compiler's output changes, so that what older code kept is not used. */
const COMPILER = 2

/** Compiles a backbone, or finds what compiling it gave before. */
export async function cachedOrCompiled(backbone: Backbone): Promise<Uint8Array> {
  if (!/^[0-9a-f]{64}$/.test(backbone.sha256)) return compile(backbone) // nothing tells it from others
  const path = cachedPathOf(backbone)
  const kept = await readKept(path)
  if (kept) return kept
  const bytes = await compile(backbone)
  if (bytes.byteLength >= KEEP_FROM_BYTES) await keep(path, bytes).catch(() => undefined) // it saves time, no more
  return bytes
}

async function compile(backbone: Backbone): Promise<Uint8Array> {
  const network = await backbone.loadNetwork()
  if (network.format === 'onnx') return network.bytes
  const { graph, isCut = false, input, bottleneck } = network
  const { compileOnnx } = await import('../compile/compile.ts') // an ONNX file is compiled already
  return compileOnnx(graph, { input, bottleneck, isCut, recipe: backbone.recipe })
}

/** Named by all that the compiled bytes depend on. */
function cachedPathOf({ sha256, recipe, inner }: Backbone): string {
  const key = createHash('sha256')
    .update(JSON.stringify([VERSION, COMPILER, sha256, recipe, inner]))
    .digest('hex')
  return join(defaultCacheFolder(), 'compiled', `${key.slice(0, 32)}.onnx`)
}

/** The kept bytes, behind their checksum; undefined when there are none, they are damaged, or others could have put them there. */
async function readKept(path: string): Promise<Uint8Array | undefined> {
  const file = isSafe(dirname(path)) ? await readPlain(path).catch(() => undefined) : undefined
  if (file === undefined) return undefined
  const bytes = file.subarray(32)
  return digest(bytes).equals(file.subarray(0, 32)) ? bytes : undefined
}

async function keep(path: string, bytes: Uint8Array): Promise<void> {
  await makeFolder(dirname(path))
  if (isSafe(dirname(path))) await writeAtomic(path, [digest(bytes), bytes])
}

/** The checksum is kept beside the bytes: whoever can change these can change both. */
function isSafe(folder: string): boolean {
  try {
    return openToOthers(folder) === undefined
  } catch {
    return false // it is not there
  }
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
