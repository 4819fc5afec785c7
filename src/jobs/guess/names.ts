import { open } from 'node:fs/promises'
import { unreadableReason } from '../../errors/system.ts'
import { UserError } from '../../errors.ts'

/** The longest name that is taken, in bytes: eight times what Linux takes. */
const LONGEST = 1 << 15
const LF = 0x0a

/**
 * The names in a stream of bytes, one a line, in groups: those that are there together come together, so that a program
 * that waits for each answer gets it, and one that writes a million names is read no faster than they are taken.
 *
 * @param most names of a group
 * @param where the names come from, as a sentence calls it
 * @throws UserError `E_BAD_VALUE` for what is no list of names
 */
export async function* readNames(
  bytes: AsyncIterable<Uint8Array>,
  most: number,
  where: string,
): AsyncGenerator<readonly string[]> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of bytes) {
    const all = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    const end = all.lastIndexOf(LF) + 1
    rest = all.subarray(end)
    if (rest.length > LONGEST) throw noList(where)
    yield* slices(namesIn(all.subarray(0, end), where), most)
  }
  yield* slices(namesIn(rest, where), most)
}

/** Opens a file of names. @throws UserError `E_NO_FILE` */
export async function openNames(path: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    const file = await open(path)
    if (!(await file.stat()).isDirectory()) return file.createReadStream()
    await file.close()
  } catch (cause) {
    const hint = 'Check the path; `-` is standard input.'
    throw new UserError('E_NO_FILE', `The list "${path}" can't be read: ${unreadableReason(cause)}.`, { hint, cause })
  }
  const hint = 'Give a file with a name a line; a folder of pictures is named by itc guess-dir.'
  throw new UserError('E_NO_FILE', `The list "${path}" can't be read: it is a folder.`, { hint })
}

/** Without the byte order mark and the carriage returns that Windows' programs write, and without empty lines. */
function namesIn(lines: Buffer, where: string): string[] {
  if (lines.includes(0)) throw noList(where)
  return lines
    .toString('utf8')
    .split('\n')
    .map(line => line.replace(/^\uFEFF/, '').replace(/\r$/, ''))
    .filter(name => name !== '')
}

/** Some items at a time. */
export function* slices<T>(items: readonly T[], most: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += most) yield items.slice(start, start + most)
}

function noList(where: string): UserError {
  const message = `Expected names of pictures, one a line, in ${where} but received something else.`
  return new UserError('E_BAD_VALUE', message, { hint: 'A picture itself is read from standard input by `-`.' })
}
