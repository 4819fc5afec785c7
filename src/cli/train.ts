import { Option } from 'commander'
import { DEFAULT_FRACTIONS } from '../dataset/split.ts'
import { DEFAULT_HEAD_OPTIONS, HEADS } from '../head/options.ts'
import type { TrainOptions } from '../jobs/train/options.ts'
import { addBackboneOptions } from './backboneOptions.ts'
import type { CommandContext } from './context.ts'
import { addDataOptions, addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { parseNumber } from './parse.ts'

type Flags = Omit<TrainOptions, 'engine' | 'limits' | 'onEvent' | 'signal'> & NetworkFlags

/** `itc train` */
export function addTrain({ program, terminal, outcome }: CommandContext): void {
  const { head, steps, batch, learningRate, seed, folds } = DEFAULT_HEAD_OPTIONS
  const command = program
    .command('train')
    .summary('learn categories from folders of pictures')
    .description(
      'Learns to tell the pictures in <tf_files>/data/<category>/ apart, and leaves the model in <tf_files>. A set that is ' +
        'already split (train/, val/, test/) is used so. ' +
        'Bottlenecks are cached: training again, with more pictures or other options, takes a second or two.',
    )
    .argument('<tf_files>', 'folder with data/<category>/… in it, or category folders')
  addBackboneOptions(command)
    .addOption(
      new Option('--head <kind>', "half softmax and half discriminant, or retrain.py's softmax")
        .choices(HEADS)
        .default(head),
    )
    .option('--augment <n>', 'train on n flipped and cropped variants of each picture too', parseNumber)
    .option('--steps <n>', 'training steps', parseNumber, steps)
    .option('--batch <n>', 'pictures a step', parseNumber, batch)
    .option('--learning-rate <rate>', 'size of a step', parseNumber, learningRate)
    .option(
      '--validation <share>',
      'share of pictures held out to watch training',
      parseNumber,
      DEFAULT_FRACTIONS.validation,
    )
    .option('--test <share>', 'share of pictures held out to measure the accuracy', parseNumber, DEFAULT_FRACTIONS.test)
    .option('--folds <n>', 'parts of the cross-validation, 0 for none', parseNumber, folds)
    .option('--seed <n>', 'of the random numbers: same seed, same model', parseNumber, seed)
    .option('--min-accuracy <share>', 'exit with 2 and keep the previous model if it is less', parseNumber)
    .option('--features <place>', 'learn from what itc features wrote, instead of from pictures: folder or s3://')
    .option('--no-report', 'write no report.html')
    .option('--summaries-dir <folder>', 'write the training curves for TensorBoard')
    .option('--strict', 'stop if any picture has to be skipped')
  addDataOptions(command)
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc train ./tf_files
  itc train ./flower_photos   the model goes into ./flower_photos/tf_files
  itc train ./tf_files --data ./flower_photos --data ./more
  itc train ./tf_files --preset good
  itc train ./tf_files --backbone efficientnet_lite2 --input-size 288
  itc train ./tf_files --backbone auto   compare networks first
  itc train ./tf_files --backbone mobilenet_v1+efficientnet_lite2 --steps 8000
  itc train ./tf_files --backbone graph.pb --mean 127.5 --scale 127.5`,
    )
    .action(async (tfFiles: string, { json, ...flags }: Flags) => {
      const [{ train }, { TrainReport }] = await Promise.all([
        import('../jobs/train/train.ts'),
        import('./trainReport.ts'),
      ])
      const report = new TrainReport(terminal, json === true)
      try {
        const result = await train(tfFiles, {
          ...flags,
          limits: limitsOf(flags),
          onEvent: event => report.event(event),
          signal: terminal.signal,
        })
        report.result(result)
      } catch (error) {
        outcome.answered = report.failed(error)
        throw error
      } finally {
        report.close()
      }
    })
}
