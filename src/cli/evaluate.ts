import { UserError } from '../errors.ts'
import type { EvaluateOptions } from '../jobs/evaluate/options.ts'
import type { CommandContext } from './context.ts'
import { failureJson, reportError } from './failure.ts'
import { printJson } from './json.ts'
import { addLinkOption, addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { parseNumber } from './parse.ts'

interface Flags extends NetworkFlags, Pick<EvaluateOptions, 'report' | 'followLinks'> {
  readonly minAccuracy?: number
}

/** `itc evaluate` */
export function addEvaluate({ program, terminal, outcome }: CommandContext): void {
  const command = program
    .command('evaluate')
    .summary('measure a model on a labelled folder')
    .description(
      'Names every picture in <folder>/<category>/ and compares. Folders are matched with the categories of the model by ' +
        'their names. For an honest figure, give pictures that the model was not trained on.',
    )
    .argument('<tf_files>', 'folder that was trained')
    .argument('<folder>', 'folder of category folders')
    .option('--min-accuracy <share>', 'exit with 2 if the accuracy is less', parseNumber)
    .option('--report <file>', 'write a page (.html) with the figures and pictures')
  addLinkOption(command)
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc evaluate ./tf_files ./holdout
  itc evaluate ./tf_files ./holdout --min-accuracy 0.95 --report holdout.html`,
    )
    .action(async (tfFiles: string, folder: string, flags: Flags) => {
      const { minAccuracy, report, engine, json, followLinks } = flags
      const { belowSentence, checkMinAccuracy, isBelow } = await import('../jobs/train/minAccuracy.ts')
      checkMinAccuracy(minAccuracy, 1)
      const [{ evaluateModel }, { evaluateResultJson, printEvaluation }, { createProgress }] = await Promise.all([
        import('../jobs/evaluate/evaluateFolder.ts'),
        import('./evaluateReport.ts'),
        import('./progress.ts'),
      ])
      const progress = createProgress(terminal, 'naming')
      const result = await evaluateModel(tfFiles, folder, {
        ...(report !== undefined && { report }),
        engine,
        ...(followLinks && { followLinks }),
        limits: limitsOf(flags, terminal),
        onEvent: event => event.kind === 'named' && progress.update(event.done, event.total),
        signal: terminal.signal,
      }).finally(() => progress.stop())
      const below =
        minAccuracy !== undefined && isBelow(result.evaluation, minAccuracy)
          ? new UserError('E_MIN_ACCURACY', belowSentence('accuracy', result.evaluation, minAccuracy))
          : undefined
      if (json) printJson(terminal, { ...evaluateResultJson(result), ...(below && failureJson(below)) })
      else printEvaluation(result, terminal)
      if (below) outcome.exitCode = reportError(below, terminal)
    })
}
