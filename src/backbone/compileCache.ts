import type { Backbone } from './backbone.ts'
import { keptOrMade } from './kept.ts'

/** The compiler's output: its number is raised whenever that changes. */
const COMPILED = 'onnx 3'

/** Compiles a backbone, or finds what compiling it gave before. */
export function cachedOrCompiled(backbone: Backbone): Promise<Uint8Array> {
  return keptOrMade(COMPILED, [backbone], () => compile(backbone))
}

async function compile(backbone: Backbone): Promise<Uint8Array> {
  const network = await backbone.loadNetwork()
  if (network.format === 'onnx') return network.bytes
  const { graph, isCut = false, input, bottleneck } = network
  const { compileOnnx } = await import('../compile/compile.ts') // an ONNX file is compiled already
  return compileOnnx(graph, { input, bottleneck, isCut, recipe: backbone.recipe })
}
