import type { Graph } from '../graph/graph.ts'
import type { Head } from '../head/head.ts'
import type { Recipe } from '../image/recipe.ts'
import type { ExportFamiliarity } from './familiar.ts'

/** What a model can be written as. */
export const EXPORT_FORMATS = ['tfjs', 'saved-model', 'onnx', 'graphdef'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** A trained model as the writers of all formats see it. */
export interface ExportModel {
  readonly labels: readonly string[]
  /** One for each backbone, in turn. */
  readonly recipes: readonly Recipe[]
  readonly head: Head
  /** Tells pictures unlike anything learnt; undefined where the model can't. */
  readonly familiarity?: ExportFamiliarity | undefined
  /** How often it was right about pictures that it never saw, as a sentence; undefined where that is not known. */
  readonly accuracy?: string | undefined
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
