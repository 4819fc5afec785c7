import { Option } from 'commander'
import { UserError, unexpected } from '../errors.ts'
import type { DecodeLimits } from '../image/limits.ts'
import type { StreamPicture } from '../jobs/guess/stream.ts'
import type { PictureSource } from '../model/model.ts'
import { quoted } from '../text.ts'
import type { CommandContext } from './context.ts'
import { unquotedHints } from './hints.ts'
import { addNetworkOptions, limitsOf, type NetworkFlags } from './options.ts'
import { parseNumber } from './parse.ts'
import type { Terminal } from './terminal.ts'
import { expandWildcards } from './wildcards.ts'

interface Flags extends NetworkFlags {
  readonly top?: number
  readonly from?: string
  readonly jsonl?: boolean
}

/** `itc guess` */
export function addGuess(context: CommandContext): void {
  const command = context.program
    .command('guess')
    .summary('name pictures')
    .description('Prints every category with its score, best first. "-" reads a picture from standard input.')
    .argument('<tf_files>', 'folder that was trained')
    .argument('[pictures...]', 'picture files, or - for standard input')
    .option('--top <n>', 'print the best n categories only', parseNumber)
    .option('--from <list>', 'a file with names or https:// addresses of pictures, one a line, or - for standard input')
    .addOption(new Option('--jsonl', 'print a line of JSON a picture, as soon as it is named').conflicts('json'))
  addNetworkOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  itc guess ./tf_files photo.jpg
  itc guess ./tf_files *.jpg --top 1
  find ./photos -name '*.jpg' | itc guess ./tf_files --from - --jsonl
  curl -s https://example.org/photo.jpg | itc guess ./tf_files -`,
    )
    .action(async (tfFiles: string, words: string[], flags: Flags) => {
      if (flags.top !== undefined && !(Number.isInteger(flags.top) && flags.top > 0)) {
        throw unexpected('top', 'a whole number above 0', flags.top)
      }
      if (words.length === 0 && flags.from === undefined) {
        command.error("error: missing required argument 'pictures'", { code: 'commander.missingArgument' })
      }
      if (words.length > 0 && flags.from !== undefined) {
        const message = 'Expected either pictures or --from but received both.'
        throw new UserError('E_BAD_VALUE', message, { hint: 'Put all the names into the list.' })
      }
      await namePictures(context, tfFiles, words, flags)
    })
}

async function namePictures(
  { terminal, outcome }: CommandContext,
  tfFiles: string,
  words: readonly string[],
  flags: Flags,
): Promise<void> {
  const [{ loadModel }, { guessStream }, { createGuessReport }] = await Promise.all([
    import('../jobs/guess/loadModel.ts'),
    import('../jobs/guess/stream.ts'),
    import('./guessReport.ts'),
  ])
  const limits = limitsOf(flags, terminal)
  const pictures = await expandWildcards(words)
  const groups = flags.from === undefined ? given(pictures, terminal, limits) : listed(flags.from, terminal, limits)
  const model = await loadModel(tfFiles, { engine: flags.engine })
  const titles = pictures.length > 1 || flags.from !== undefined
  const report = createGuessReport(terminal, { ...flags, titles })
  const troubled: string[] = []
  try {
    const pictureCount = flags.from === undefined ? pictures.length : undefined
    const options = { limits, signal: terminal.signal, pictures: pictureCount }
    for await (const answer of guessStream(model, groups, options)) {
      if ('error' in answer.guess) {
        outcome.exitCode = 1
        if (troubled.length < MOST_TROUBLED) troubled.push(answer.picture)
      }
      report.answer(answer)
      if (!(await terminal.drained())) break
    }
    report.end()
    for (const hint of await hintsOn(tfFiles, words, troubled)) terminal.err(hint)
  } catch (error) {
    report.broken(error)
    outcome.answered = true
    throw error
  } finally {
    await model.dispose()
  }
}

async function* given(
  pictures: readonly string[],
  terminal: Terminal,
  limits: DecodeLimits,
): AsyncGenerator<readonly StreamPicture[]> {
  const [{ slices }, { GROUP }] = await Promise.all([
    import('../jobs/guess/names.ts'),
    import('../jobs/guess/stream.ts'),
  ])
  for (const group of slices(pictures, GROUP)) {
    yield group.map(picture => ({ picture, source: sourceOf(picture, terminal, limits) }))
  }
}

/** Standard input is read when its turn comes: what is wrong with it is told of that picture alone. */
function sourceOf(picture: string, { stdin }: Terminal, limits: DecodeLimits): PictureSource {
  return picture === '-' ? async () => (await import('../image/read.ts')).readStream(stdin, limits) : picture
}

/** Pictures that did not work out, of which hints are sought. */
const MOST_TROUBLED = 100

/** What may have been meant by words that are no pictures: a folder, or a name with spaces. */
async function hintsOn(tfFiles: string, words: readonly string[], troubled: readonly string[]): Promise<string[]> {
  if (troubled.length === 0) return []
  const { stat } = await import('node:fs/promises')
  const kinds = await Promise.all(troubled.map(picture => stat(picture).catch(() => undefined)))
  const folder = troubled.find((_, at) => kinds[at]?.isDirectory())
  return [
    ...unquotedHints(words),
    ...(folder === undefined
      ? []
      : [`A folder of pictures is named by: itc guess-dir ${quoted(tfFiles)} ${quoted(folder)} DESTINATION`]),
  ]
}

/** The pictures of a list, which is read no faster than they are named. */
async function* listed(
  list: string,
  terminal: Terminal,
  limits: DecodeLimits,
): AsyncGenerator<readonly StreamPicture[]> {
  const [{ openNames, readNames }, { sourcesByName }, { GROUP }] = await Promise.all([
    import('../jobs/guess/names.ts'),
    import('../jobs/guess/addressed.ts'),
    import('../jobs/guess/stream.ts'),
  ])
  const [bytes, where] = list === '-' ? [terminal.stdin, 'standard input'] : [await openNames(list), `"${list}"`]
  const sourceOf = sourcesByName(limits, terminal.signal)
  for await (const names of readNames(bytes, GROUP, where)) {
    yield names.map(name => ({ picture: name, source: sourceOf(name) }))
  }
}
