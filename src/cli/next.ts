import type { NextResult } from '../jobs/next/next.ts'
import { columnsOf, count, percent, printable, shownLabel, table } from '../text.ts'
import type { CommandContext } from './context.ts'
import { printJson } from './json.ts'
import { addLinkOption, addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { parseNumber } from './parse.ts'
import { leftOutLines, refusalJson } from './refusalLines.ts'
import type { Terminal } from './terminal.ts'

interface Flags extends NetworkFlags {
  readonly followLinks?: boolean
  readonly n: number
  readonly seed?: number
  readonly report?: string
  readonly copyTo?: string
}

/** `itc next` */
export function addNext({ program, terminal }: CommandContext): void {
  const command = program
    .command('next')
    .summary('say which pictures to label next')
    .description(
      'Chooses the pictures in <folder> whose labels would teach most: between two categories, and unlike one another. ' +
        'A tenth of them is drawn at random and remembered in <tf_files>: no training learns from these, so that its ' +
        'accuracy stays honest. Works without any label yet, too.',
    )
    .argument('<tf_files>', 'working folder, with whatever was labelled in data/<category>/…')
    .argument('<folder>', 'pictures without a label; folders in it included')
    .option('-n <count>', 'how many', parseNumber, 20)
    .option('--seed <n>', 'of the random numbers: same seed, same choice', parseNumber)
    .option('--report <file>', 'write the pictures as a page')
    .option('--copy-to <folder>', 'copy the pictures there, their rank before their names')
  addLinkOption(command)
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc next ./tf_files ./unlabelled
  itc next ./tf_files ./unlabelled -n 50 --report next.html
  itc next ./tf_files ./unlabelled -n 50 --copy-to ./to-label`,
    )
    .action(async (tfFiles: string, folder: string, { json, n, report, copyTo, ...flags }: Flags) => {
      const [{ next }, { createProgress }] = await Promise.all([
        import('../jobs/next/next.ts'),
        import('./progress.ts'),
      ])
      if (report !== undefined) await (await import('../report/place.ts')).checkReport(report)
      const progress = createProgress(terminal, 'Looking at pictures')
      const result = await next(tfFiles, folder, {
        count: n,
        engine: flags.engine,
        ...(flags.followLinks && { followLinks: true }),
        ...(flags.seed !== undefined && { seed: flags.seed }),
        limits: limitsOf(flags, terminal),
        onProgress: (done, total) => progress.update(done, total),
        signal: terminal.signal,
      }).finally(() => progress.stop())
      if (copyTo !== undefined) {
        await (await import('../jobs/next/copyTo.ts')).copyChosen(result.pictures, folder, copyTo)
      }
      if (report !== undefined) await (await import('../jobs/next/writeSheet.ts')).writeSheet(report, result, folder)
      if (json) printJson(terminal, { ...result, refusals: result.refusals.map(refusalJson) })
      else print(result, terminal)
    })
}

function print(
  { pictures, of, learnt, refusals }: NextResult,
  { out, err, info, errColors: colors, outWidth }: Terminal,
): void {
  const rows = pictures.map(({ rank, path, guess, score, why }) => [
    String(rank),
    printable(path),
    guess === null ? '' : shownLabel(guess),
    score === null ? '' : percent(score),
    why,
  ])
  const isRight = (column: number) => column === 0 || column === 3
  const lines = table(rows, isRight)
  if (lines.every(line => columnsOf(line) <= (outWidth ?? Number.POSITIVE_INFINITY)))
    for (const line of lines) out(line)
  else {
    // Where there is no room for the reasons beside the rest, each has a line of its own.
    const short = table(
      rows.map(row => row.slice(0, -1)),
      isRight,
    )
    for (const [at, line] of short.entries()) for (const shown of [line, `   ${pictures[at]!.why}`]) out(shown)
  }
  const basis = learnt === 0 ? 'nothing is labelled yet' : `by ${count(learnt, 'labelled picture')}`
  info(colors.dim(`Chosen of ${count(of, 'picture')}, ${basis}.`))
  for (const line of leftOutLines(refusals)) err(colors.yellow(line))
}
