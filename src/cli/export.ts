import { Option } from 'commander'
import { EXPORT_FORMATS, type ExportFormat } from '../export/formats.ts'
import { printable } from '../text.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './json.ts'
import { jsonOption } from './options.ts'

interface Flags {
  readonly format: ExportFormat
  readonly to: string
  readonly float16?: boolean
  readonly json?: boolean
}

/** What each is for, as `--help` says it, and what to do with it. */
const FORMATS: Readonly<Record<ExportFormat, { readonly use: string; readonly next: string }>> = {
  tfjs: {
    use: 'for browsers and Node, with a page that classifies pictures',
    next: 'open index.html in a browser: it classifies there, without a server',
  },
  'saved-model': {
    use: 'for TensorFlow Serving and tf.saved_model.load',
    next: 'signature serving_default: pixels, uint8 → scores; see assets.extra/README.md',
  },
  onnx: {
    use: 'for ONNX Runtime, on servers and phones',
    next: 'pixels, uint8 → scores; see README.md',
  },
  graphdef: {
    use: 'for label_image.py and other programs of the time of retrain.py',
    next: 'input, float32 → final_result; see README.md',
  },
}

/** `itc export` */
export function addExport({ program, terminal }: CommandContext): void {
  program
    .command('export')
    .summary('write the model for other programs')
    .description(
      [
        'Writes the model of <tf_files> into a folder, in a form that other programs take. Nothing is overwritten.',
        ...EXPORT_FORMATS.map(name => `  ${name.padEnd(12)} ${FORMATS[name].use}`),
      ].join('\n'),
    )
    .argument('<tf_files>', 'folder that was trained')
    .addOption(new Option('--format <name>', 'what to write').choices(EXPORT_FORMATS).makeOptionMandatory())
    .requiredOption('--to <folder>', 'where to, made if absent')
    .option('--float16', 'half the size; scores change in the third digit or later; tfjs has it by default')
    .option('--no-float16', 'full size for tfjs too')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  itc export ./tf_files --format tfjs --to ./web
  itc export ./tf_files --format saved-model --to ./models/pets/1
  itc export ./tf_files --format onnx --to ./phone --float16`,
    )
    .action(async (tfFiles: string, { format, to, float16, json }: Flags) => {
      const { exportModel } = await import('../jobs/export/export.ts')
      const { files } = await exportModel(tfFiles, { format, to, ...(float16 !== undefined && { float16 }) })
      if (json) return printJson(terminal, { format, to, files })
      for (const { path, bytes } of files) terminal.out(`${printable(path).padEnd(24)} ${sizeText(bytes)}`)
      terminal.out(terminal.colors.bold(`written to ${printable(to)}; ${FORMATS[format].next}`))
    })
}

function sizeText(bytes: number): string {
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`
}
