import {
  array,
  dictionary,
  flag,
  looseObject,
  nullable,
  number,
  optional,
  text,
  union,
  unknown,
  whole,
} from '../../schema.ts'

/** protobuf's JSON form writes 64-bit numbers, and those that JSON has not, as text. */
const digits = union([text, number])
/** Bytes in base64; converters of 2018 wrote them as lists of codes. */
const bytes = union([text, array(number)])
const type = union([text, number])

const shape = looseObject({
  dim: optional(array(looseObject({ size: optional(digits) }))),
  unknownRank: optional(flag),
  unknown_rank: optional(flag),
})

const attr = looseObject({
  s: optional(bytes),
  i: optional(digits),
  f: optional(digits),
  b: optional(flag),
  type: optional(type),
  shape: optional(shape),
  list: optional(
    looseObject({
      s: optional(array(bytes)),
      i: optional(array(digits)),
      f: optional(array(digits)),
      b: optional(array(flag)),
      type: optional(array(type)),
      shape: optional(array(shape)),
    }),
  ),
})

const node = looseObject({
  name: text,
  op: text,
  input: optional(array(text)),
  attr: optional(dictionary(attr)),
})

const weights = looseObject({
  name: text,
  shape: array(whole),
  dtype: text,
  quantization: optional(looseObject({ dtype: text, scale: optional(number), min: optional(number) })),
})

/**
 * Of a `model.json`, all that is read but the layers of a model of layers, which are looked at one by one.
 * https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts
 */
export const modelSchema = looseObject({
  modelTopology: looseObject({
    node: optional(array(node)),
    versions: optional(looseObject({ producer: optional(number), minConsumer: optional(number) })),
  }),
  weightsManifest: optional(array(looseObject({ paths: array(text), weights: array(weights) }))),
})

/** Of a layer, which may be a model of layers; each kind's settings are read by their type. */
export const layerSchema = looseObject({
  class_name: text,
  name: optional(nullable(text)),
  config: optional(nullable(union([array(unknown()), dictionary(unknown())]))),
  inbound_nodes: optional(array(unknown())),
})
