import { UserError } from '../errors.ts'
import { halvedTensor } from '../formats/onnx/halfTensor.ts'
import { type ForeignModel, parseOnnx } from '../formats/onnx/parse.ts'
import { renamed } from '../formats/onnx/rename.ts'
import { DATA_TYPE, GRAPH, MODEL, NODE, TENSOR, VALUE_INFO } from '../formats/onnx/schema.ts'
import {
  delimited,
  encodeGraphName,
  encodeMetadata,
  encodeNodes,
  encodePorts,
  encodeTensor,
  type OnnxNode,
  type OnnxTensor,
} from '../formats/onnx/wire.ts'
import { bytesOfArray } from '../graph/tensor.ts'
import { PIXELS } from './compile.ts'
import { normaliseOnnx } from './normalise.ts'

/** The name of the joined model's output. */
const SCORES = 'scores'
/** Further outputs, if asked for: what the head takes, [n, width], and what its softmax does, [n, categories]. */
const FEATURES = 'itc/features'
const LOGITS = 'itc/logits'

/** A dense layer: `x · weights + bias`. */
export interface Dense {
  /** [width, categories] */
  readonly weights: Float32Array
  readonly bias: Float32Array
  readonly width: number
  readonly categories: number
  /** Lengths of the blocks of x that are normalised first; none are unless given. */
  readonly blocks?: readonly number[] | undefined
}

export interface JoinOptions {
  /** The input of each backbone, by name; two may share one. */
  readonly inputs: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  /** Stores large weights as float16. */
  readonly float16?: boolean
  /** Gives `itc/features` and `itc/logits` too. */
  readonly withFeatures?: boolean
}

/**
 * Makes one ONNX model of compiled backbones and the head behind them: the inputs that the options name, uint8
 * [n, size, size, 3], and the output `scores`, float32 [n, categories]. Nothing is compiled again: the backbones' nodes and
 * weights are taken over as they are encoded.
 *
 * @throws UserError E_BAD_GRAPH when several backbones can't be in one model
 */
export function joinOnnx(backbones: readonly Uint8Array[], head: Dense, options: JoinOptions): Uint8Array {
  const models = backbones.map(parseOnnx)
  const [around] = models.map(aroundOf)
  if (models.some(model => !aroundOf(model).equals(around!) || (models.length > 1 && isNested(model)))) {
    throw new UserError(
      'E_BAD_GRAPH',
      'These ONNX networks can not be in one model: their versions differ, or they hold loops.',
    )
  }
  const names = models.map((_, place) => named(place, options.inputs))
  const { nodes, tensors } = headOf(
    models.map((model, place) => names[place]!(model.outputs[0]!.name)),
    head,
  )
  const graph = [
    ...models.flatMap((model, place) => partOf(model, names[place]!, options.float16 === true)),
    encodeNodes(nodes),
    ...tensors.flatMap(encodeTensor),
    encodeGraphName(),
    ...models.flatMap((model, place) => {
      const shared = options.inputs.indexOf(options.inputs[place]!) < place
      return inputsOf(model, names[place]!, shared)
    }),
    encodePorts(
      [],
      [
        { name: SCORES, type: 'float', shape: ['n', head.categories] },
        ...(options.withFeatures ? [{ name: FEATURES, type: 'float' as const, shape: ['n', head.width] }] : []),
        ...(options.withFeatures ? [{ name: LOGITS, type: 'float' as const, shape: ['n', head.categories] }] : []),
      ],
    ),
  ]
  return Buffer.concat([around!, ...delimited(MODEL.graph, graph), encodeMetadata(options.metadata)])
}

/** Everything but the graph and the metadata. */
function aroundOf(model: ForeignModel): Buffer {
  return Buffer.concat(model.around.filter(field => field[0] !== MODEL.metadataProps))
}

function isNested(model: ForeignModel): boolean {
  return model.nodes.some(node => node.isNested)
}

type Rename = (name: string) => string

/** A lone backbone keeps its names. An empty name is an input left out. */
function named(place: number, inputs: readonly string[]): Rename {
  if (inputs.length === 1 && inputs[place] === PIXELS) return unchanged
  const prefix = inputs.length === 1 ? '' : `backbone_${place}/`
  return name => (name === '' ? '' : name === PIXELS ? inputs[place]! : prefix + name)
}

const unchanged: Rename = name => name

/** As `renamed`, but weights are not copied where there is nothing to rename. */
function underNames(bytes: Uint8Array, tags: readonly number[], rename: Rename): Uint8Array {
  return rename === unchanged ? bytes : renamed(bytes, tags, rename)
}

/** A backbone's weights and nodes. */
function partOf(model: ForeignModel, rename: Rename, float16: boolean): Uint8Array[] {
  // Models of 2018 list their weights among the inputs: those must stay of their type.
  const fixed = new Set(model.inputs.map(({ name }) => name))
  const weights = [...model.tensors.values()].flatMap(({ name, bytes }) => {
    const half = float16 && !fixed.has(name) ? halvedTensor(bytes, `${rename(name)}/half`) : undefined
    if (!half) return delimited(GRAPH.initializer, [underNames(bytes, [TENSOR.name], rename)])
    return [...delimited(GRAPH.initializer, [half]), encodeNodes([cast(`${rename(name)}/half`, rename(name))])]
  })
  const names = [NODE.input, NODE.output, NODE.name]
  const nodes = model.nodes.flatMap(({ bytes }) => delimited(GRAPH.node, [underNames(bytes, names, rename)]))
  return [...weights, ...nodes]
}

function inputsOf({ inputs }: ForeignModel, rename: Rename, shared: boolean): Uint8Array[] {
  const own = inputs.filter(({ name }) => name !== PIXELS || !shared)
  return own.flatMap(({ bytes }) => delimited(GRAPH.input, [underNames(bytes, [VALUE_INFO.name], rename)]))
}

function cast(from: string, to: string): OnnxNode {
  return { op: 'Cast', name: `${to}/cast`, inputs: [from], outputs: [to], attrs: { to: DATA_TYPE.float } }
}

function headOf(features: readonly string[], head: Dense): { nodes: OnnxNode[]; tensors: OnnxTensor[] } {
  const { weights, bias, width, categories } = head
  const names = { weights: 'itc/head/weights', bias: 'itc/head/bias' }
  // A concatenation of one is that one, under a name that is an output's.
  const concat = { op: 'Concat', name: FEATURES, inputs: features, outputs: [FEATURES], attrs: { axis: 1 } }
  const normalised = head.blocks && normaliseOnnx(FEATURES, head.blocks, 'itc/normalised')
  return {
    nodes: [
      concat,
      ...(normalised?.nodes ?? []),
      {
        op: 'Gemm',
        name: LOGITS,
        inputs: [normalised ? 'itc/normalised' : FEATURES, names.weights, names.bias],
        outputs: [LOGITS],
        attrs: {},
      },
      { op: 'Softmax', name: SCORES, inputs: [LOGITS], outputs: [SCORES], attrs: { axis: 1 } },
    ],
    tensors: [
      ...(normalised?.tensors ?? []),
      { name: names.weights, type: 'float', shape: [width, categories], bytes: () => bytesOfArray(weights) },
      { name: names.bias, type: 'float', shape: [categories], bytes: () => bytesOfArray(bias) },
    ],
  }
}
