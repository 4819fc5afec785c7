import { bytesOf, familiarity, readRule } from './familiar.js'
import { squared } from './pixels.js'

const { document } = globalThis

/** Loads a script that lies beside the page; a page opened as a file may load scripts, but not fetch. */
function script(src) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement('script'), { src, onload: resolve })
    element.onerror = () => reject(new Error(`${src} must lie beside this page`))
    document.head.append(element)
  })
}

/** Whether WebGL is drawn by the processor: a few seconds a picture, where WebAssembly takes a tenth. */
function isSoftware() {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  if (!context) return true
  const info = context.getExtension('WEBGL_debug_renderer_info')
  const renderer = String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER))
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer)
}

async function useWasm() {
  await script('tf-wasm.min.js')
  const { tf, ITC_WASM } = globalThis
  tf.disableDeprecationWarnings() // its successor names one file for each kind of processor, and there is one file
  tf.wasm.setWasmPath(URL.createObjectURL(new Blob([bytesOf(ITC_WASM)], { type: 'application/wasm' })), true)
  if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly is not to be had')
}

/** Backends in the order to try, fastest first. */
function backends() {
  const { tf } = globalThis
  const webgl = ['webgl', async () => (await tf.setBackend('webgl')) || Promise.reject(new Error('no WebGL'))]
  const wasm = ['wasm', useWasm]
  const cpu = ['cpu', () => tf.setBackend('cpu')]
  return isSoftware() ? [wasm, webgl, cpu] : [webgl, wasm, cpu]
}

/** The weights' bytes, from the scripts that hold them. `onProgress` gets the share that is there. */
async function weightsOf(parts, onProgress) {
  globalThis.ITC_WEIGHTS = []
  for (let part = 1; part <= parts; part++) {
    await script(`page-weights-${part}.js`)
    onProgress(part / parts)
  }
  const buffers = globalThis.ITC_WEIGHTS.map(bytesOf)
  globalThis.ITC_WEIGHTS = undefined
  return new Blob(buffers).arrayBuffer()
}

/**
 * Resolves to a function from pixels {data, width, height} to { scores, unfamiliar }.
 *
 * @param onProgress gets what is being done, and the share of it that is done
 */
export async function loadModel(onProgress) {
  const { tf, ITC_MODEL } = globalThis
  if (!tf || !ITC_MODEL) throw new Error('tf.min.js and page-model.js must lie beside this page')
  const weightData = await weightsOf(ITC_MODEL.parts, share => onProgress('Loading the classifier', share))
  const rule = ITC_MODEL.familiar && readRule(ITC_MODEL.familiar)
  const failures = []
  for (const [name, use] of backends()) {
    onProgress('Making it ready', 1)
    await new Promise(resolve => setTimeout(resolve, 20)) // so that the words are drawn first
    try {
      await use()
      const model = await tf.loadGraphModel(tf.io.fromMemory({ ...ITC_MODEL.artifacts, weightData }))
      const guess = pixels => guessed(model, rule, pixels)
      // The first run makes the graphics processor's programs.
      await guess({ data: new Uint8ClampedArray(4), width: 1, height: 1 })
      document.body.dataset.backend = name
      return guess
    } catch (error) {
      failures.push(`${name}: ${error.message}`)
    }
  }
  throw new Error(failures.join('; '))
}

async function guessed(model, rule, pixels) {
  const { tf, ITC_MODEL } = globalThis
  const { inputs, outputs } = ITC_MODEL
  const results = tf.tidy(() => {
    const feeds = inputs.map(({ name, size, ...fit }) => {
      return [name, tf.tensor(squared(pixels, size, fit), [1, size, size, 3], 'float32')]
    })
    return [model.execute(Object.fromEntries(feeds), outputs)].flat()
  })
  const [scores, features, logits] = await Promise.all(results.map(result => result.data()))
  for (const result of results) result.dispose()
  return { scores, unfamiliar: rule !== undefined && familiarity(rule, features, logits) < rule.threshold }
}
