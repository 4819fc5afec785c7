import { realpathSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { writeAtomic, writeNew } from '../disk/writeAtomic.ts'
import { systemCode, UserError, unexpected } from '../errors.ts'
import { DEFAULT_NEIGHBOURS, DEFAULT_TOP, type Explanation, explain } from '../jobs/explain/explain.ts'
import { drawExplanation } from '../jobs/explain/sheet.ts'
import { printable, shownLabel } from '../text.ts'
import type { CommandContext } from './context.ts'
import { addPictureOptions, jsonOption, limitsOf, type PictureFlags } from './options.ts'
import { parseNumber } from './parse.ts'
import type { Terminal } from './terminal.ts'

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
      if (flags.out !== undefined) await checkOut(flags.out, picture, flags.force === true)
      const limits = limitsOf(flags)
      const { top, neighbours } = flags
      const explanation = await explain(tfFiles, picture, { top, neighbours, limits, signal: terminal.signal })
      if (flags.json) terminal.out(JSON.stringify(document(picture, explanation), null, 2))
      else print(picture, explanation, terminal)
      if (flags.out === undefined) return
      const { png, hasWords } = await drawExplanation(explanation, printable(basename(picture)), limits)
      await write(flags.out, png, flags.force === true)
      if (!hasWords) terminal.err('This machine has no font: the labels in the picture are boxes, in the order above.')
      if (!flags.json) terminal.err(`${terminal.colors.green('written')} to ${flags.out}`)
    })
}

function requireWhole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) throw unexpected(name, `a whole number from ${least}`, value)
}

/** Before anything is computed. @throws UserError when writing there would take something from the user */
async function checkOut(out: string, picture: string, force: boolean): Promise<void> {
  if (!/\.png$/i.test(out)) throw unexpected('--out', 'the name of a .png file', out)
  const present = await lstat(out).catch(() => undefined)
  if (!present) return
  if (!present.isFile()) throw new UserError('E_EXISTS', `"${out}" is not a file that could be replaced.`)
  if (real(out) === real(picture)) throw new UserError('E_EXISTS', `"${out}" is the picture to explain.`)
  if (!force) throw exists(out)
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

function exists(out: string): UserError {
  return new UserError('E_EXISTS', `There is a file "${out}" already.`, {
    hint: 'Give --force to replace it, or choose another name.',
  })
}

async function write(out: string, png: Uint8Array, force: boolean): Promise<void> {
  try {
    if (force) await writeAtomic(out, png)
    else await writeNew(out, png)
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw exists(out)
    if (systemCode(error) !== 'ENOENT') throw error
    throw new UserError('E_NO_FOLDER', `There is no folder "${dirname(out)}".`, { hint: 'Make it first.' })
  }
}

function document(picture: string, { categories, familiarity, unfamiliar, nearest }: Explanation): object {
  return {
    picture,
    unfamiliar,
    familiarity,
    categories: categories.map(({ map, ...category }) => ({
      ...category,
      map: { width: map.width, height: map.height, values: Array.from(map.values) },
    })),
    nearest: {
      pictures: nearest.pictures.map(({ relative, label, distance }) => ({ picture: relative, label, distance })),
      compared: nearest.compared,
      same: nearest.same,
      missing: nearest.missing ?? null,
    },
  }
}

function print(
  picture: string,
  { categories, unfamiliar, nearest }: Explanation,
  { out, err, colors }: Terminal,
): void {
  categories.forEach(({ label, score, map }, rank) => {
    const line = `${shownLabel(label)} (score = ${score.toFixed(5)})`
    out(`${rank === 0 ? colors.green(line) : line}, most for it ${place(map)}`)
  })
  if (unfamiliar) err(colors.yellow(`${printable(picture)} is unlike anything learnt: don't trust this.`))
  if (nearest.pictures.length > 0) out('nearest training pictures:')
  for (const { relative, distance } of nearest.pictures) out(`  ${distance.toFixed(4)}  ${printable(relative)}`)
  if (nearest.same.length > 0) out(`it is a training picture itself: ${nearest.same.map(printable).join(', ')}`)
  if (nearest.missing !== undefined) err(colors.yellow(nearest.missing))
}

/** Where a map is strongest, in words. */
function place({ values, width, height }: Explanation['categories'][number]['map']): string {
  let best = 0
  values.forEach((value, at) => {
    if (value > values[best]!) best = at
  })
  const third = (at: number, length: number) => Math.floor(((at + 0.5) / length) * 3)
  const row = ['at the top', 'in the middle', 'at the bottom'][third(Math.floor(best / width), height)]!
  const column = [' left', '', ' right'][third(best % width, width)]!
  return `${row}${column}`
}
