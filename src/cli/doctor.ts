import { Option } from 'commander'
import { BUNDLED_NAMES } from '../backbone/catalog.ts'
import { RESIZES } from '../image/recipe.ts'
import type { ExamineOptions } from '../jobs/doctor/options.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './json.ts'
import { addDataOptions, addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { parseNumber } from './parse.ts'

type Flags = NetworkFlags &
  Pick<ExamineOptions, 'backbone' | 'inputSize' | 'resize' | 'seed' | 'all' | 'data' | 'followLinks' | 'report' | 'csv'>

/** `itc doctor` */
export function addDoctor({ program, terminal }: CommandContext): void {
  const command = program
    .command('doctor')
    .summary('look for what is wrong with the installation and the pictures')
    .description(
      'Checks the installation. Given a folder, lists what is doubtful among the pictures in <tf_files>/data/, a line ' +
        'each: labels that cross-validation contradicts, copies and look-alikes, odd ones out, dark, blurred, tiny or ' +
        'oddly shaped pictures, skipped files, and what to do about each. No training is needed before, and nothing of ' +
        'yours is changed.',
    )
    .argument('[tf_files]', 'folder with data/<category>/… in it')
    .option('--backbone <name>', `network to compare by, such as ${BUNDLED_NAMES[0]} (default: the model's)`)
    .option('--input-size <pixels>', "side of the network's input", parseNumber)
    .addOption(new Option('--resize <how>', 'how a picture is made square').choices(RESIZES))
    .option('--seed <n>', "of the random numbers (default: the model's)", parseNumber)
    .option('--all', 'tell of labels, too, that were checked in `itc studio`')
    .option('--report <file>', 'write a page (.html) with the findings as pictures')
    .option('--csv <file>', 'write the findings as a table for a spreadsheet')
  addDataOptions(command)
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc doctor
  itc doctor ./tf_files
  itc doctor ./tf_files --report doubtful.html --csv doubtful.csv
  itc doctor ./tf_files --json`,
    )
    .action(async (tfFiles: string | undefined, { json, ...flags }: Flags) => {
      const { report, csv } = flags
      const [{ diagnoseInstallation }, { DoctorProgress, printExamination, printInstallation }] = await Promise.all([
        import('../jobs/doctor/installation.ts'),
        import('./doctorReport.ts'),
      ])
      const installation = await diagnoseInstallation(tfFiles)
      if (!json) printInstallation(installation, terminal)
      if (tfFiles === undefined) {
        if (json) printJson(terminal, { installation })
        return
      }
      const { examine } = await import('../jobs/doctor/doctor.ts') // after the installation: it may not load
      const progress = new DoctorProgress(terminal)
      const examination = await examine(tfFiles, {
        ...flags,
        limits: limitsOf(flags, terminal),
        onEvent: event => progress.event(event),
        signal: terminal.signal,
      }).finally(() => progress.close())
      if (json)
        printJson(terminal, {
          installation,
          ...examination,
          report: report ?? null,
          csv: csv ?? null,
        })
      else printExamination(examination, terminal)
    })
}
