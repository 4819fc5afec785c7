/**
 * The part of tfjs-node that itc calls. Written down here rather than imported from the package, because npm leaves an
 * optional package out when its install script fails, and itc must compile all the same.
 */
export interface TensorFlow {
  readonly version: Readonly<Record<string, string>>
  readonly io: { fromMemory(artifacts: GraphModelArtifacts): unknown }
  loadGraphModel(source: unknown): Promise<GraphModel>
  registerOp(name: string, run: (node: GraphModelNode) => Tensor): void
  enableProdMode(): void
  memory(): { numTensors: number }
  backend(): unknown
  tidy<T>(run: () => T): T
  tensor(values: Float32Array | Int32Array, shape: number[], type: 'float32' | 'int32'): Tensor
  gather(source: Tensor, indices: Tensor): Tensor
  matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor
  add(a: Tensor, b: Tensor): Tensor
  sub(a: Tensor, b: Tensor): Tensor
  mul(a: Tensor, b: Tensor): Tensor
  sum(source: Tensor, axis: number): Tensor
  softmax(logits: Tensor): Tensor
  batchNorm(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    offset: Tensor,
    scale: Tensor | undefined,
    varianceEpsilon: number,
  ): Tensor
  reshape(source: Tensor, shape: number[]): Tensor
}

export interface Tensor {
  readonly shape: readonly number[]
  data(): Promise<Float32Array>
  dispose(): void
}

interface GraphModel {
  execute(inputs: Readonly<Record<string, Tensor>>, output: string): Tensor
  dispose(): void
}

/** What an op of ours gets to see of its node. */
interface GraphModelNode {
  readonly inputs: readonly Tensor[]
  readonly attrs: Readonly<Record<string, unknown>>
}

/** A TF.js graph model in memory: the topology is a GraphDef in JSON. */
export interface GraphModelArtifacts {
  readonly modelTopology: object
  readonly weightSpecs: readonly object[]
  readonly weightData: ArrayBuffer
}
