import { sha256OfTfjsModel } from '../backbone/digest.ts'
import { recipeHints } from '../backbone/readNetwork.ts'
import { readPlainText } from '../disk/readPlain.ts'
import { UserError } from '../errors.ts'
import { readNetworkFile } from '../formats/file.ts'
import { findInput } from '../graph/cut/input.ts'
import { array, fits, looseObject, positive, satisfying, text } from '../schema.ts'
import type { OldFiles } from './oldFiles.ts'
import { storedOf, withPath } from './oldModel.ts'
import type { StoredModel } from './stored.ts'

const NAME = 'Teachable Machine'

/**
 * Reads a model as Teachable Machine exports it for TensorFlow.js: `model.json` with its weights, and `metadata.json` with
 * labels and the side of its pictures. Pictures are cropped to a square in their middle and scaled to -1 to 1, as
 * https://github.com/googlecreativelab/teachablemachine-community prepares them.
 *
 * @throws UserError as `readNetworkFile` does; E_OLD_MODEL when its labels do not fit
 */
export async function readTeachableModel({ graph: file, labels: metadata }: OldFiles): Promise<StoredModel> {
  return withPath(file, async () => {
    const { labels, imageSize } = await readMetadata(metadata)
    const read = await readNetworkFile(file)
    if (read.format !== 'graph') throw new UserError('E_OLD_MODEL', `${file} is no TF.js model.`)
    const side = imageSize ?? recipeHints(read.graph, findInput(read.graph)).size ?? 224
    const recipe = { size: side, resize: 'crop', mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] } as const
    return storedOf(read.graph, () => labels, {
      name: NAME,
      sha256: await sha256OfTfjsModel(file),
      file,
      labelsFile: metadata,
      recipe,
    })
  })
}

interface Metadata {
  readonly labels: string[]
  readonly imageSize: number | undefined
}

const metadataSchema = looseObject({ labels: array(text) })
const sideSchema = satisfying(positive, side => side <= 4096, 'is too large')

async function readMetadata(path: string): Promise<Metadata> {
  try {
    const metadata: unknown = JSON.parse(await readPlainText(path))
    if (!fits<Pick<Metadata, 'labels'> & { imageSize?: unknown }>(metadataSchema, metadata))
      throw new Error('no labels')
    const { labels, imageSize } = metadata
    return { labels, imageSize: fits<number>(sideSchema, imageSize) ? imageSize : undefined }
  } catch (cause) {
    throw new UserError('E_OLD_MODEL', `${path} does not tell the labels of the model beside it.`, {
      hint: 'Export the model again from Teachable Machine as TensorFlow.js, and keep its three files together.',
      cause,
    })
  }
}
