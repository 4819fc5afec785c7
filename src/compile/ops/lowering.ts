import type { Builder } from '../../formats/onnx/builder.ts'
import type { Operand } from '../../formats/onnx/value.ts'
import type { GraphNode } from '../../graph/graph.ts'

/** Turns one TensorFlow node into ONNX nodes; gives what stands for its outputs, in order. */
export type Lowering = (node: GraphNode, builder: Builder) => readonly Operand[]
