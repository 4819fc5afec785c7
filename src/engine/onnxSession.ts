import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import type { InferenceSession } from 'onnxruntime-node'
import { messageOf, UserError } from '../errors.ts'
import { loadHint } from './loadHint.ts'

/** The runtime's module, loaded on first use: it brings 20 MB of native code. */
export type Ort = typeof import('onnxruntime-node')

/** @throws UserError `E_ENGINE` when its native library does not load */
export async function loadOrt(): Promise<Ort> {
  // Else it numbers this machine in a file and reports the models it runs to its maker. Read when its first session is made.
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
  try {
    // By require: an import() of this CommonJS package costs a parse of its names first.
    return createRequire(import.meta.url)('onnxruntime-node') as Ort
  } catch (cause) {
    throw new UserError('E_ENGINE', `onnxruntime-node does not load on ${process.platform}-${process.arch}.`, {
      hint: loadHint(messageOf(cause)),
      cause,
    })
  }
}

/** Waiting threads sleep: decoding has use for the cores. */
export function sessionOptions(threads = Math.min(8, availableParallelism())): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    logSeverityLevel: 4, // what fails is thrown, and need not be printed besides
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }
}

export async function createSession(ort: Ort, bytes: Uint8Array, threads?: number): Promise<InferenceSession> {
  return ort.InferenceSession.create(bytes, sessionOptions(threads))
}

/** Throws what onnxruntime says of a network that it cannot run, as a sentence: for a `catch`. */
export function refusing(name: string): (cause: unknown) => never {
  return cause => {
    const [problem = ''] = messageOf(cause).split('\n')
    throw new UserError('E_ENGINE', `onnxruntime could not run ${name}: ${problem}.`, {
      hint: 'The network may be damaged, or made for another size of input (--input-size).',
      cause,
    })
  }
}
