import protobuf from 'protobufjs/minimal.js'
import { UserError } from '../errors.ts'
import { halvedTensor } from '../formats/onnx/halfTensor.ts'
import { type ForeignModel, parseOnnx } from '../formats/onnx/parse.ts'
import { DATA_TYPE, GRAPH, MODEL, NODE, TENSOR, VALUE_INFO } from '../formats/onnx/schema.ts'
import {
  type OnnxNode,
  type OnnxTensor,
  writeMetadata,
  writeNode,
  writePort,
  writeTensor,
} from '../formats/onnx/wire.ts'
import { skip } from '../formats/protobuf.ts'
import { bytesOfArray } from '../graph/tensor.ts'
import { PIXELS } from './compile.ts'

/** The name of the joined model's output. */
export const SCORES = 'scores'

/** A dense layer: `x · weights + bias`. */
export interface Dense {
  /** [width, categories] */
  readonly weights: Float32Array
  readonly bias: Float32Array
  readonly width: number
  readonly categories: number
}

export interface JoinOptions {
  /** The input of each backbone, by name; two may share one. */
  readonly inputs: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  /** Stores large weights as float16. */
  readonly float16?: boolean
}

/**
 * Makes one ONNX model of compiled backbones and the head behind them: the inputs that the options name, uint8
 * [n, size, size, 3], and one output `scores`, float32 [n, categories]. Nothing is compiled again: the backbones' nodes and
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
  const graph = protobuf.Writer.create()
  const ports = protobuf.Writer.create()
  const names = models.map((_, place) => named(place, options.inputs))
  for (const [place, model] of models.entries()) {
    writePart(graph, model, names[place]!, options.float16 === true)
    const shared = options.inputs.indexOf(options.inputs[place]!) < place
    writeInputs(ports, model, names[place]!, shared)
  }
  const { nodes, tensors } = headOf(
    models.map((model, place) => names[place]!(model.outputs[0]!.name)),
    head,
  )
  for (const node of nodes) writeNode(graph.uint32(GRAPH.node).fork(), node).ldelim()
  for (const tensor of tensors) writeTensor(graph.uint32(GRAPH.initializer).fork(), tensor).ldelim()
  graph.uint32(GRAPH.name).string('itc')
  writePort(ports.uint32(GRAPH.output).fork(), { name: SCORES, type: 'float', shape: ['n', head.categories] }).ldelim()
  const whole = protobuf.Writer.create()
  whole.uint32(MODEL.graph).bytes(Buffer.concat([graph.finish(), ports.finish()]))
  writeMetadata(whole, options.metadata)
  return Buffer.concat([around!, whole.finish()])
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
  const prefix = inputs.length === 1 ? '' : `backbone_${place}/`
  return name => (name === '' ? '' : name === PIXELS ? inputs[place]! : prefix + name)
}

function writePart(graph: protobuf.Writer, model: ForeignModel, rename: Rename, float16: boolean): void {
  // Models of 2018 list their weights among the inputs: those must stay of their type.
  const fixed = new Set(model.inputs.map(({ name }) => name))
  for (const { name, bytes } of model.tensors.values()) {
    const half = float16 && !fixed.has(name) ? halvedTensor(bytes, `${rename(name)}/half`) : undefined
    graph.uint32(GRAPH.initializer).bytes(half ?? renamed(bytes, [TENSOR.name], rename))
    if (half) writeNode(graph.uint32(GRAPH.node).fork(), cast(`${rename(name)}/half`, rename(name))).ldelim()
  }
  const named = [NODE.input, NODE.output, NODE.name]
  for (const { bytes } of model.nodes) graph.uint32(GRAPH.node).bytes(renamed(bytes, named, rename))
}

function writeInputs(ports: protobuf.Writer, { inputs }: ForeignModel, rename: Rename, shared: boolean): void {
  for (const { name, bytes } of inputs) {
    if (name !== PIXELS || !shared) ports.uint32(GRAPH.input).bytes(renamed(bytes, [VALUE_INFO.name], rename))
  }
}

function cast(from: string, to: string): OnnxNode {
  return { op: 'Cast', name: `${to}/cast`, inputs: [from], outputs: [to], attrs: { to: DATA_TYPE.float } }
}

/** A message whose strings of the given tags are renamed; all else stays. */
function renamed(bytes: Uint8Array, tags: readonly number[], rename: Rename): Uint8Array {
  if (rename('x') === 'x' && rename(PIXELS) === PIXELS) return bytes
  const reader = protobuf.Reader.create(bytes)
  const writer = protobuf.Writer.create()
  const parts: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const start = reader.pos
    const tag = reader.uint32()
    if (tags.includes(tag)) parts.push(writer.uint32(tag).string(rename(reader.string())).finish())
    else {
      skip(reader, tag)
      parts.push(bytes.subarray(start, reader.pos))
    }
    writer.reset()
  }
  return Buffer.concat(parts)
}

function headOf(features: readonly string[], head: Dense): { nodes: OnnxNode[]; tensors: OnnxTensor[] } {
  const { weights, bias, width, categories } = head
  const names = { joined: 'itc/features', weights: 'itc/head/weights', bias: 'itc/head/bias', logits: 'itc/logits' }
  const joined = features.length > 1
  const concat = { op: 'Concat', name: names.joined, inputs: features, outputs: [names.joined], attrs: { axis: 1 } }
  const bottleneck = joined ? names.joined : features[0]!
  return {
    nodes: [
      ...(joined ? [concat] : []),
      {
        op: 'Gemm',
        name: names.logits,
        inputs: [bottleneck, names.weights, names.bias],
        outputs: [names.logits],
        attrs: {},
      },
      { op: 'Softmax', name: SCORES, inputs: [names.logits], outputs: [SCORES], attrs: { axis: 1 } },
    ],
    tensors: [
      { name: names.weights, type: 'float', shape: [width, categories], bytes: () => bytesOfArray(weights) },
      { name: names.bias, type: 'float', shape: [categories], bytes: () => bytesOfArray(bias) },
    ],
  }
}
