import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { messageOf, UserError } from '../errors.ts'
import { isMissing, loadHint } from './loadHint.ts'

/** onnxruntime's module, loaded on first use: it brings 20 MB of native code, or 14 MB of WebAssembly. */
export type Ort = Pick<typeof import('onnxruntime-web'), 'InferenceSession' | 'Tensor' | 'env'>

/** The two forms that onnxruntime has, by the engines they are. */
export type OrtName = 'onnx' | 'wasm'

/** As files in this folder require them. */
export const LIBRARIES: Readonly<Record<OrtName, string>> = { onnx: 'onnxruntime-node', wasm: './onnxruntimeWeb.cjs' }

const SHOWN: Readonly<Record<OrtName, string>> = { onnx: 'onnxruntime-node', wasm: 'onnxruntime-web' }

/** @throws UserError `E_ENGINE` when it does not load */
export async function loadOrt(name: OrtName): Promise<Ort> {
  // Else it numbers this machine in a file and reports the models it runs to its maker. Read when its first session is made.
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
  try {
    // By require: an import() of this CommonJS package costs a parse of its names first.
    const ort = createRequire(import.meta.url)(LIBRARIES[name]) as Ort
    if (name === 'wasm') prepareWasm(ort)
    return ort
  } catch (cause) {
    const problem = messageOf(cause)
    const how = isMissing(problem) ? 'is not installed' : `does not load on ${process.platform}-${process.arch}`
    throw new UserError('E_ENGINE', `${SHOWN[name]} ${how}.`, {
      hint: loadHint(problem, process.platform, process.arch, SHOWN[name]),
      cause,
    })
  }
}

/** What calls of its own need, where no engine was chosen: the native form, else the other. @throws UserError `E_ENGINE` */
export async function anyOrt(): Promise<OrtName> {
  return loadOrt('onnx').then(
    () => 'onnx',
    () => loadOrt('wasm').then(() => 'wasm'),
  )
}

/** The same, loaded. @throws UserError `E_ENGINE` */
export async function loadAnyOrt(): Promise<Ort> {
  return loadOrt(await anyOrt())
}

function prepareWasm(ort: Ort): void {
  ort.env.logLevel = 'fatal' // what fails is thrown, and need not be printed besides
  // One guess runs a tenth of the library: the rest need not be validated; and what V8 compiles a second time beyond the
  // hottest loops takes seconds that not even a training earns back (docs/engines.md).
  setFlagsFromString('--wasm-lazy-validation')
  setFlagsFromString('--wasm-tiering-budget=200000000')
}
