import protobuf from 'protobufjs/minimal.js'
import { UserError } from '../../errors.ts'
import { elementCount } from '../../graph/tensor.ts'
import { damaged, notGraph } from '../limits.ts'
import { skip } from '../protobuf.ts'
import { ATTRIBUTE, FUNCTION, GRAPH, MODEL, NODE, SPARSE_TENSOR, TENSOR } from './schema.ts'
import { readTensorProto } from './tensorProto.ts'
import { delimited } from './wire.ts'

/** Reads a file by its name in the model's own folder. */
export type LoadBeside = (name: string) => Promise<Uint8Array>

/** What a message holds that may hold tensors, by tag; tensors themselves hold none. */
const PARTS = {
  model: { [MODEL.graph]: 'graph', [MODEL.functions]: 'function' },
  graph: { [GRAPH.node]: 'node', [GRAPH.initializer]: 'tensor', [GRAPH.sparseInitializer]: 'sparse' },
  function: { [FUNCTION.node]: 'node', [FUNCTION.attributeProto]: 'attribute' },
  node: { [NODE.attribute]: 'attribute' },
  attribute: {
    [ATTRIBUTE.t]: 'tensor',
    [ATTRIBUTE.tensors]: 'tensor',
    [ATTRIBUTE.g]: 'graph',
    [ATTRIBUTE.graphs]: 'graph',
    [ATTRIBUTE.sparseTensor]: 'sparse',
    [ATTRIBUTE.sparseTensors]: 'sparse',
  },
  sparse: { [SPARSE_TENSOR.values]: 'tensor', [SPARSE_TENSOR.indices]: 'tensor' },
} as const satisfies Record<string, Record<number, string>>
type Message = keyof typeof PARTS | 'tensor'

/** Graphs in nodes of graphs: no exporter goes deeper than a few. */
const DEEPEST = 32

/** A protobuf message ends at 2 GB; some of that is not weights. */
const LARGEST = 2 ** 31 - 2 ** 26
/** Tensors may share bytes, but a small file must not become many large ones. */
const MOST_SHARED = 4

/**
 * The same model with the weights in it that it keeps in files beside it (PyTorch's exporter does so by default).
 * https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
 *
 * @throws UserError E_BAD_GRAPH when such a file is not there, lies elsewhere or is shorter than the model says
 */
export async function withExternalData(bytes: Uint8Array, load: LoadBeside): Promise<Uint8Array> {
  const found = externalData(bytes)
  if (found.length === 0) return bytes
  const total = found.reduce((sum, { length }) => sum + length, 0)
  if (bytes.length + total > LARGEST) {
    throw new UserError(
      'E_BAD_GRAPH',
      'The weights of the ONNX model are larger than 2 GB, which one file can not hold.',
      {
        hint: 'Take a smaller network of its family, or export it as float16.',
      },
    )
  }
  const files = new Map<string, Uint8Array>()
  for (const { file } of found) if (!files.has(file)) files.set(file, await load(file))
  const there = [...files.values()].reduce((sum, file) => sum + file.length, 0)
  if (total > there * MOST_SHARED) throw tooShort([...files.keys()].join('", "'))
  return Buffer.concat(rewritten(bytes, 'model', 0, tensor => inlined(tensor, files)) ?? [bytes])
}

/** The names of the files beside a model that it keeps weights in. @throws UserError E_BAD_GRAPH for one elsewhere */
export function filesOfWeights(bytes: Uint8Array): string[] {
  return [...new Set(externalData(bytes).map(({ file }) => file))]
}

/** Where a tensor's bytes lie. */
interface Stretch {
  readonly file: string
  readonly offset: number
  readonly length: number
}

function externalData(bytes: Uint8Array): Stretch[] {
  // The key of a file's name: where it is not among the bytes, nothing needs to be decoded.
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('location')) return []
  const found: Stretch[] = []
  try {
    rewritten(bytes, 'model', 0, tensor => {
      const stretch = stretchOf(tensor)
      if (stretch !== undefined) found.push(stretch)
      return undefined
    })
  } catch (error) {
    if (error instanceof UserError) throw error
    throw notGraph('its bytes cannot be decoded', error)
  }
  return found
}

/** The message in pieces, with tensors in the place of which `change` put others; undefined where it put none. */
function rewritten(
  bytes: Uint8Array,
  message: Message,
  depth: number,
  change: (tensor: Uint8Array) => Uint8Array[] | undefined,
): Uint8Array[] | undefined {
  if (message === 'tensor') return change(bytes)
  if (depth > DEEPEST) throw damaged('its graphs hold graphs without end')
  const parts: Partial<Record<number, Message>> = PARTS[message]
  const pieces: Uint8Array[] = []
  let copied = 0
  const reader = protobuf.Reader.create(bytes)
  while (reader.pos < reader.len) {
    const start = reader.pos
    const tag = reader.uint32()
    const part = parts[tag]
    if (part === undefined) {
      skip(reader, tag)
      continue
    }
    const inner = rewritten(reader.bytes(), part, depth + 1, change)
    if (inner === undefined) continue
    pieces.push(bytes.subarray(copied, start), ...delimited(tag, inner))
    copied = reader.pos
  }
  return pieces.length === 0 ? undefined : [...pieces, bytes.subarray(copied)]
}

/** Where a TensorProto's bytes lie; undefined for one that has them. */
function stretchOf(bytes: Uint8Array): Stretch | undefined {
  const { name, shape, type, isElsewhere, external } = readTensorProto(bytes)
  if (!isElsewhere) return undefined
  const needed = Math.ceil(elementCount(shape) * (BYTES.get(type) ?? Number.NaN))
  const offset = Number(external.get('offset') ?? 0)
  const length = Number(external.get('length') ?? needed)
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(length) || length !== needed) {
    throw damaged(`the weights "${name}" have another length than their shape and type`)
  }
  return { file: plainName(external.get('location') ?? ''), offset, length }
}

/** A location's last part. What is not beside the model, or below it, is not looked for. */
function plainName(location: string): string {
  const parts = location.split(/[\\/]/)
  const name = parts.at(-1) ?? ''
  if (/^([\\/]|[a-z]:)/i.test(location) || parts.includes('..') || name === '' || name === '.' || name.includes('\0')) {
    throw new UserError('E_BAD_GRAPH', `The ONNX model names weights outside its own folder, "${location}".`, {
      hint: 'Get it from somebody you trust, or save it as one file (onnx.save with save_as_external_data=False).',
    })
  }
  return name
}

/** TensorProto in pieces: its own fields, then the bytes that are in a file. */
function inlined(tensor: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Uint8Array[] | undefined {
  const stretch = stretchOf(tensor)
  if (stretch === undefined) return undefined
  const { file, offset, length } = stretch
  const content = files.get(file)!
  if (offset + length > content.length) {
    throw tooShort(file)
  }
  const kept: Uint8Array[] = []
  const reader = protobuf.Reader.create(tensor)
  while (reader.pos < reader.len) {
    const start = reader.pos
    const tag = reader.uint32()
    skip(reader, tag)
    const isOld = tag === TENSOR.dataLocation || tag === TENSOR.externalData || tag === TENSOR.rawData
    if (!isOld) kept.push(tensor.subarray(start, reader.pos))
  }
  return [...kept, ...delimited(TENSOR.rawData, [content.subarray(offset, offset + length)])]
}

function tooShort(file: string): UserError {
  return new UserError(
    'E_BAD_GRAPH',
    `"${file}", where the ONNX model keeps its weights, is shorter than the model says.`,
    {
      hint: 'Get both files again: it may be truncated, or belong to another model.',
    },
  )
}

/** Bytes an element, by TensorProto.DataType. */
const BYTES: ReadonlyMap<number, number> = new Map(
  (
    [
      [0.5, [21, 22, 23]],
      [1, [2, 3, 9, 17, 18, 19, 20, 24]],
      [2, [4, 5, 10, 16]],
      [4, [1, 6, 12]],
      [8, [7, 11, 13, 14]],
      [16, [15]],
    ] as const
  ).flatMap(([size, types]) => types.map(type => [type, size] as const)),
)
