import { unexpected } from '../errors.ts'
import type { DecodeLimits } from '../image/limits.ts'
import type { PictureSource, Score } from '../model/model.ts'
import { printable, shownLabel } from '../text.ts'
import type { CommandContext } from './context.ts'
import { addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { parseNumber } from './parse.ts'
import type { Terminal } from './terminal.ts'
import { expandWildcards } from './wildcards.ts'

interface Flags extends NetworkFlags {
  readonly top?: number
}

/** `itc guess` */
export function addGuess({ program, terminal, outcome }: CommandContext): void {
  const command = program
    .command('guess')
    .summary('name pictures')
    .description('Prints every category with its score, best first. "-" reads a picture from standard input.')
    .argument('<tf_files>', 'folder that was trained')
    .argument('<pictures...>', 'picture files, or - for standard input')
    .option('--top <n>', 'print the best n categories only', parseNumber)
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc guess ./tf_files photo.jpg
  itc guess ./tf_files *.jpg --top 1
  curl -s https://example.org/photo.jpg | itc guess ./tf_files -`,
    )
    .action(async (tfFiles: string, words: string[], flags: Flags) => {
      if (flags.top !== undefined && !(Number.isInteger(flags.top) && flags.top > 0)) {
        throw unexpected('top', 'a whole number above 0', flags.top)
      }
      const { loadModel } = await import('../jobs/guess/loadModel.ts')
      const model = await loadModel(tfFiles, { engine: flags.engine })
      try {
        const pictures = await expandWildcards(words)
        const limits = limitsOf(flags)
        const sources = pictures.map(picture => sourceOf(picture, terminal, limits))
        const results: object[] = []
        let at = 0
        for await (const guess of model.guessAll(sources, { limits, signal: terminal.signal })) {
          const picture = pictures[at++]!
          if ('error' in guess) {
            outcome.exitCode = 1
            if (flags.json) results.push({ picture, error: guess.error.reason })
            else
              terminal.err(`${terminal.colors.red('error:')} ${printable(picture)}: ${printable(guess.error.reason)}`)
            continue
          }
          const scores = guess.scores.slice(0, flags.top)
          const { unfamiliar, familiarity } = guess
          if (flags.json) results.push({ picture, scores, unfamiliar, familiarity })
          else {
            printScores(scores, pictures.length > 1 ? picture : undefined, at > 1, terminal)
            if (unfamiliar)
              terminal.err(terminal.colors.yellow(`${printable(picture)} is unlike anything learnt: don't trust this.`))
          }
        }
        if (flags.json) terminal.out(JSON.stringify(results, null, 2))
      } finally {
        await model.dispose()
      }
    })
}

function printScores(
  scores: readonly Score[],
  title: string | undefined,
  later: boolean,
  { out, colors }: Terminal,
): void {
  if (title !== undefined) {
    if (later) out('')
    out(colors.bold(printable(title)))
  }
  scores.forEach(({ label, score }, rank) => {
    const line = `${shownLabel(label)} (score = ${score.toFixed(5)})`
    out(rank === 0 ? colors.green(line) : line)
  })
}

/** Standard input is read when its turn comes: what is wrong with it is told of that picture alone. */
function sourceOf(picture: string, { stdin }: Terminal, limits: DecodeLimits): PictureSource {
  return picture === '-' ? async () => (await import('../image/read.ts')).readStream(stdin, limits) : picture
}
