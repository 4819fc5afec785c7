import { availableParallelism } from 'node:os'
import type { InferenceSession } from 'onnxruntime-web'
import { messageOf, UserError } from '../errors.ts'
import type { Ort } from './onnxRuntime.ts'

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
  const options = sessionOptions(threads)
  if (ort.env.wasm) ort.env.wasm.numThreads = options.intraOpNumThreads // the first session's are all sessions'
  return ort.InferenceSession.create(bytes, options)
}

/** Throws what onnxruntime says of a network that it cannot run, as a sentence: for a `catch`. */
export function refusing(name: string): (cause: unknown) => never {
  return cause => {
    if (cause instanceof UserError) throw cause
    const [problem = ''] = messageOf(cause).split('\n')
    throw new UserError('E_ENGINE', `onnxruntime could not run ${name}: ${problem}.`, {
      hint: 'The network may be damaged, or made for another size of input (`itc train --input-size`).',
      cause,
    })
  }
}
