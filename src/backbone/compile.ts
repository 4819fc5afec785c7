import type { Backbone } from './backbone.ts'

const compiled = new WeakMap<Backbone, Promise<Uint8Array>>()

/** A backbone's ONNX form: uint8 [n, size, size, 3] in, float32 bottlenecks [n, features] out. Compiled once. */
export function compiledOnnx(backbone: Backbone): Promise<Uint8Array> {
  let bytes = compiled.get(backbone)
  if (!bytes) {
    bytes = bytesOf(backbone)
    compiled.set(backbone, bytes)
    bytes.catch(() => compiled.delete(backbone)) // the next call tries again
  }
  return bytes
}

async function bytesOf(backbone: Backbone): Promise<Uint8Array> {
  if (backbone.isCompiled) {
    const network = await backbone.loadNetwork()
    if (network.format === 'onnx') return network.bytes
  }
  return (await import('./compileCache.ts')).cachedOrCompiled(backbone) // not loaded for a stored model
}
