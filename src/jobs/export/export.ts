import { compiledOnnx } from '../../backbone/compile.ts'
import { findRoot } from '../../dataset/root.ts'
import { unexpected } from '../../errors.ts'
import {
  EXPORT_FORMATS,
  type ExportFiles,
  type ExportFormat,
  type ExportFormatOptions,
  type ExportModel,
} from '../../export/formats.ts'
import { modelGraph } from '../../model/graphFile.ts'
import { layoutOf } from '../../model/layout.ts'
import { readModel } from '../../model/load.ts'
import { writeFolder } from './folder.ts'
import { accuracySentence, exportFamiliarity } from './told.ts'

/** `float16` is true for tfjs unless given: a page is loaded through a network. */
export interface ExportOptions extends Partial<ExportFormatOptions> {
  readonly format: ExportFormat
  /** The folder to write into, made if absent; nothing in it is overwritten. */
  readonly to: string
}

/** What was written: paths in the folder, with their sizes. */
export interface Exported {
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
}

/** Each format's code is loaded when it is asked for. */
const WRITERS: Record<
  ExportFormat,
  () => Promise<(model: ExportModel, options: ExportFormatOptions) => Promise<ExportFiles>>
> = {
  tfjs: async () => (await import('../../export/tfjs.ts')).exportTfjs,
  'saved-model': async () => (await import('../../export/savedModel.ts')).exportSavedModel,
  onnx: async () => (await import('../../export/onnx.ts')).exportOnnx,
  graphdef: async () => (await import('../../export/graphdef.ts')).exportGraphDef,
}

/**
 * Writes the model of a working folder in a form that other programs take.
 *
 * @throws UserError when there is no model, it can't be had in that format, or a file is in the way (`E_EXISTS`)
 */
export async function exportModel(
  tfFiles: string,
  { format, to, float16 = format === 'tfjs' }: ExportOptions,
): Promise<Exported> {
  if (!EXPORT_FORMATS.includes(format)) throw unexpected('format', `one of ${EXPORT_FORMATS.join(', ')}`, format)
  if (to === '') throw unexpected('to', 'a folder', to) // as a shell's unset variable gives it
  const stored = await readModel(tfFiles)
  const write = await WRITERS[format]()
  const files = await write(
    {
      labels: stored.manifest.labels,
      recipes: stored.backbones.map(({ recipe }) => recipe),
      head: stored.head,
      familiarity: exportFamiliarity(stored),
      accuracy: accuracySentence(stored),
      graph: async () => modelGraph(layoutOf(await findRoot(tfFiles)), stored),
      compiled: () => Promise.all(stored.backbones.map(compiledOnnx)),
    },
    { float16 },
  )
  await writeFolder(to, files)
  return { files: [...files].map(([path, data]) => ({ path, bytes: Buffer.byteLength(data) })) }
}
