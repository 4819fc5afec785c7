import type { GraphNode } from '../../graph.ts'
import type { Builder } from '../builder.ts'
import type { Operand } from '../value.ts'

/** Turns one TensorFlow node into ONNX nodes; gives what stands for its outputs, in order. */
export type Lowering = (node: GraphNode, builder: Builder) => readonly Operand[]
