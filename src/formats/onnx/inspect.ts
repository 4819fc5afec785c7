import { UserError } from '../../errors.ts'
import { channelsAt } from './channels.ts'
import { featuresAt, findFeatures } from './features.ts'
import type { ForeignModel, ForeignPort } from './parse.ts'
import { type Quantisation, quantisationOf } from './quantised.ts'
import { DATA_TYPE } from './schema.ts'

/** What an ONNX model of somebody else's tells of itself. */
export interface OnnxInspection {
  /** The tensor that takes pictures. */
  readonly input: ForeignPort
  readonly channelsFirst: boolean
  /** Side of the input; undefined where it is open. */
  readonly size: number | undefined
  /** The tensor that gives the features. */
  readonly bottleneck: string
  /** Of several tokens it is the first that stands for the picture. */
  readonly isTokens: boolean
  /** What the bottleneck's whole numbers mean, where they are quantised. */
  readonly quantisation: Quantisation | undefined
  /** The model computes with float16. */
  readonly isHalf: boolean
  /** Length of one bottleneck, where the weights tell. */
  readonly features: number | undefined
}

/** The element types that a picture may be given as. */
const PICTURE_TYPES: readonly number[] = [DATA_TYPE.float, DATA_TYPE.float16, DATA_TYPE.uint8]

/**
 * @param names the node or tensor to feed and the one to take, where the model's structure does not tell
 * @throws UserError E_INPUTS, E_NO_INPUT, E_NO_POOLING, E_NO_NODE
 */
export function inspectOnnx(model: ForeignModel, names: { input?: string; bottleneck?: string } = {}): OnnxInspection {
  const input = pictureInput(model, names.input)
  const [, second = -1, third = -1, fourth = -1] = input.shape
  const channelsFirst = second === 3 || fourth !== 3
  const size = channelsFirst ? third : second
  const found = names.bottleneck === undefined ? findFeatures(model) : featuresAt(model, names.bottleneck)
  const bottleneck = found.tensor
  return {
    input,
    channelsFirst,
    size: size > 0 ? size : undefined,
    bottleneck,
    isTokens: found.isTokens,
    quantisation: quantisationOf(model, bottleneck),
    isHalf: [input, ...model.tensors.values()].some(({ type }) => type === DATA_TYPE.float16),
    features: channelsAt(model, bottleneck),
  }
}

function pictureInput(model: ForeignModel, wanted: string | undefined): ForeignPort {
  const inputs = model.inputs.filter(port => !model.tensors.has(port.name))
  const candidates = wanted === undefined ? inputs : inputs.filter(port => port.name === wanted)
  const names = inputs.map(port => port.name).join('", "')
  const [input] = candidates
  if (input === undefined) {
    throw new UserError(
      'E_NO_INPUT',
      wanted === undefined ? 'The ONNX model has no input.' : `The ONNX model has no input "${wanted}".`,
      {
        hint: `Its inputs: "${names}".`,
      },
    )
  }
  if (candidates.length > 1) {
    throw new UserError('E_INPUTS', `The ONNX model has several inputs: "${names}".`, {
      hint: 'A network for pictures has one.',
    })
  }
  if ((input.shape[0] ?? 1) > 1) {
    throw new UserError(
      'E_INPUTS',
      `The ONNX model takes ${input.shape[0]} pictures at a time, no more and no fewer.`,
      {
        hint: 'Export it again for one picture, or with an open size of the batch (dynamic axes).',
      },
    )
  }
  if (input.shape.length !== 4 || !PICTURE_TYPES.includes(input.type)) {
    throw new UserError('E_NO_INPUT', `The input "${input.name}" of the ONNX model does not take pictures.`, {
      hint: 'Expected float32, float16 or uint8 with four axes: [n, 3, height, width] or [n, height, width, 3].',
    })
  }
  return input
}
