import { basename } from 'node:path'
import { unexpected } from '../errors.ts'
import { PictureError } from '../image/pictureError.ts'
import { DEFAULT_NEIGHBOURS, DEFAULT_TOP } from '../jobs/explain/options.ts'
import { printable } from '../text.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './json.ts'
import { addPictureOptions, jsonOption, limitsOf, type PictureFlags } from './options.ts'
import { parseNumber } from './parse.ts'

interface Flags extends PictureFlags {
  readonly out?: string
  readonly force?: boolean
  readonly top: number
  readonly neighbours: number
  readonly json?: boolean
}

/** `itc explain` */
export function addExplain({ program, terminal }: CommandContext): void {
  const command = program
    .command('explain')
    .summary('show why a picture is named as it is')
    .description(
      'Shows where in a picture the model saw what speaks for the best categories and against them (the class ' +
        'activation map, exact for these models), and the training pictures most like it. The map is ' +
        'computed in onnxruntime, whichever engine names pictures.',
    )
    .argument('<tf_files>', 'folder that was trained')
    .argument('<picture>', 'picture file')
    .option('--out <file>', 'write the maps over the picture, and the nearest pictures, as a PNG file')
    .option('--force', 'replace the file if there is one')
    .option('--top <n>', 'explain the best n categories', parseNumber, DEFAULT_TOP)
    .option('--neighbours <n>', 'show the nearest n training pictures', parseNumber, DEFAULT_NEIGHBOURS)
    .addOption(jsonOption('print one JSON document, maps included, instead of text'))
  addPictureOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc explain ./tf_files photo.jpg
  itc explain ./tf_files photo.jpg --out why.png --top 2`,
    )
    .action(async (tfFiles: string, picture: string, flags: Flags) => {
      requireWhole('top', flags.top, 1)
      requireWhole('neighbours', flags.neighbours, 0)
      const { checkOut, writeOut } = await import('./explainFile.ts')
      if (flags.out !== undefined) await checkOut(flags.out, picture, flags.force === true)
      const limits = limitsOf(flags, terminal)
      const [{ explain }, { explanationJson, printExplanation }] = await Promise.all([
        import('../jobs/explain/explain.ts'),
        import('./explainReport.ts'),
      ])
      const { top, neighbours } = flags
      const options = { top, neighbours, limits, signal: terminal.signal }
      const explanation = await explain(tfFiles, picture, options).catch((error: unknown) => {
        throw named(error, picture)
      })
      if (flags.json) printJson(terminal, explanationJson(picture, explanation))
      else printExplanation(picture, explanation, terminal)
      if (flags.out === undefined) return
      const { drawExplanation } = await import('../jobs/explain/sheet.ts')
      const { png, hasWords } = await drawExplanation(explanation, printable(basename(picture)), limits)
      await writeOut(flags.out, png, flags.force === true)
      if (!hasWords) terminal.err('This machine has no font: the labels in the picture are boxes, in the order above.')
      if (!flags.json) terminal.info(`${terminal.errColors.green('written')} to ${flags.out}`)
    })
}

/** What is wrong with a picture, with its name. */
function named(error: unknown, picture: string): unknown {
  if (!(error instanceof PictureError)) return error
  return new PictureError(error.kind, `${printable(picture)}: ${error.reason}`, error)
}

function requireWhole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) throw unexpected(name, `a whole number from ${least}`, value)
}
