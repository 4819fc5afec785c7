import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Backbone, isIdentified } from '../backbone/backbone.ts'
import { defaultCacheFolder } from '../backbone/cacheFolder.ts'
import { makeFolder } from '../disk/folder.ts'
import { writeAtomic } from '../disk/writeAtomic.ts'
import { VERSION } from '../version.ts'

/** Multiplications for a picture: five times what ResNet-50 takes, some half a second in which no signal is heard. */
const MOST_PRODUCTS = 2e10
/** Numbers that a picture becomes in all nodes together: ten times those of a usual network. */
const MOST_NUMBERS = 2 ** 27

/**
 * Whether a network's file tells all that it does, and that this is little: then it can be run with no look at what it takes.
 * To find it out takes a fifteenth of the time of naming one picture, so it is remembered of a model's networks.
 *
 * @param bytes ONNX, as it is run
 * @throws UserError E_BAD_GRAPH for a network that takes more for a picture than any needs
 */
export async function isLight(bytes: Uint8Array, backbone: Backbone): Promise<boolean> {
  const { recipe } = backbone
  const identity = identityOf(backbone)
  const known = identity && join(defaultCacheFolder(), 'light', `${VERSION}-${identity}-${recipe.size}`)
  if (known && existsSync(known)) return true
  const work = await workOf(bytes, recipe.size)
  const light = work?.isAll === true && work.products <= MOST_PRODUCTS && work.numbers <= MOST_NUMBERS
  if (known && light) await keep(known).catch(() => undefined) // it saves time, no more
  return light
}

/** Tells a network from all others: one that is compiled by what it is compiled of. */
function identityOf(backbone: Backbone): string | undefined {
  const { checksum, isCompiled = false, sha256, inner = [] } = backbone
  return checksum || isCompiled || !isIdentified(backbone) ? checksum : [sha256, ...inner].join('-')
}

async function workOf(bytes: Uint8Array, size: number) {
  const [{ parseOnnx }, { checkWork }] = await Promise.all([
    import('../formats/onnx/parse.ts'),
    import('../formats/onnx/work.ts'),
  ])
  const model = attempt(() => parseOnnx(bytes)) // what is wrong with it the runtime says
  const [input, output] = [model?.inputs[0], model?.outputs[0]]
  return model && input && output && checkWork(model, input.name, [1, size, size, 3], output.name)
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

async function keep(path: string): Promise<void> {
  await makeFolder(dirname(path))
  await writeAtomic(path, '')
}
