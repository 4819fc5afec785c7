import { UserError } from '../errors.ts'

/**
 * What a graph file may ask for. Real networks stay far below; a damaged or hostile file must not make the reader
 * allocate more than a small multiple of the file's own size.
 */
export const LIMITS = {
  nodes: 200_000,
  inputs: 4_096,
  attributes: 256,
  rank: 16,
  /** Elements of constants that are stored as one repeated value, in the whole graph: 128 MB of float32. */
  repeated: 2 ** 25,
} as const

export function damaged(detail: string, cause?: unknown): UserError {
  return new UserError('E_BAD_GRAPH', `The graph is damaged: ${detail}.`, {
    hint: 'Get the file again: it may be truncated.',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** @param remedy what to do about a file of a well-known other kind */
export function notGraph(detail: string, cause?: unknown, remedy?: string): UserError {
  return new UserError('E_NOT_A_GRAPH', `Expected a TensorFlow GraphDef but ${detail}.`, {
    hint: remedy ?? 'Give a frozen graph (.pb), a TF.js model (model.json), a SavedModel folder or an ONNX model.',
    ...(cause === undefined ? {} : { cause }),
  })
}

/**
 * Runs a step over a graph that may be damaged in ways that only show there: an input that a node lacks, a size that no
 * array can have. What is not a sentence yet becomes one.
 *
 * @throws UserError
 */
export function guarded<T>(step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (error instanceof UserError) throw error
    throw damaged('its nodes do not fit together', error)
  }
}
