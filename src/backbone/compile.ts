import type { Backbone } from './backbone.ts'

const compiled = new WeakMap<Backbone, Promise<Uint8Array>>()

/** A backbone's ONNX form: uint8 [n, size, size, 3] in, float32 bottlenecks [n, features] out. Compiled once. */
export function compiledOnnx(backbone: Backbone): Promise<Uint8Array> {
  let bytes = compiled.get(backbone)
  if (!bytes) {
    bytes = compile(backbone)
    compiled.set(backbone, bytes)
  }
  return bytes
}

async function compile(backbone: Backbone): Promise<Uint8Array> {
  const network = await backbone.loadNetwork()
  if (network.format === 'onnx') return network.bytes
  const { graph, input, bottleneck } = network
  const { compileOnnx } = await import('../graph/onnx/compile.ts') // a stored model is compiled already
  return compileOnnx(graph, { input, bottleneck, recipe: backbone.recipe })
}
