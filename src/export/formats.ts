import type { Graph } from '../graph/graph.ts'
import type { Head } from '../head/head.ts'
import type { Recipe } from '../image/recipe.ts'
import { pixelInputs } from './pixels.ts'

/** What a model can be written as. */
export const EXPORT_FORMATS = ['tfjs', 'saved-model', 'onnx', 'graphdef'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** A trained model as the writers of all formats see it. */
export interface ExportModel {
  readonly labels: readonly string[]
  /** One for each backbone, in turn. */
  readonly recipes: readonly Recipe[]
  readonly head: Head
  /** Inputs `input`, `input_1`, …: float32 as the recipes say; output `final_result`. */
  graph(): Promise<Graph>
  /** Each backbone compiled to ONNX. */
  compiled(): Promise<Uint8Array[]>
}

export interface ExportFormatOptions {
  /** Stores the large weights as float16: half the size, scores that differ in the third or fourth digit. */
  readonly float16: boolean
}

/** Paths inside the exported folder and what is in them; the one that programs open comes last. */
export type ExportFiles = ReadonlyMap<string, Uint8Array | string>

/** Labels as TensorFlow's tools read them. */
export function labelLines(labels: readonly string[]): string {
  return labels.map(label => `${label}\n`).join('')
}

/** What formats with room for it carry along, so that nobody has to know how pictures are prepared. */
export function describeInputs(recipes: readonly Recipe[]): object {
  const values = '0 to 255; the model scales them itself'
  const inputs = pixelInputs(recipes)
  return Object.fromEntries(
    inputs.map(({ name, recipe: { size, resize } }) => [name, { size, resize, channels: 'RGB', values }]),
  )
}
