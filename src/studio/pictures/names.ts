import { isPictureName } from '../../dataset/names.ts'
import { UserError } from '../../errors.ts'
import type { PictureFormat } from '../../image/signatures.ts'

const MOST = 100
/**
 * What no name may hold: what systems forbid, control characters, and those that turn the direction of writing, which make
 * one name look like another.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const FORBIDDEN = /[/\\:*?"<>|\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/
/** What Windows takes for a device, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i
/** Bytes that every file system allows in a name, less what a clash adds. */
const MOST_BYTES = 240

/**
 * A category's name as every system can hold it, NFC.
 *
 * @param others names that there are already; two must differ by more than case, or `_` and space
 * @throws UserError `E_BAD_NAME`, `E_NAME_TAKEN`
 */
export function checkCategoryName(given: string, others: readonly string[]): string {
  const name = given.normalize('NFC')
  const wrong = faultOf(name)
  if (wrong !== undefined) {
    throw new UserError('E_BAD_NAME', `"${name}" can't be the name of a category: ${wrong}.`, {
      hint: 'Choose another name.',
    })
  }
  const same = others.find(other => sameName(other, name))
  if (same !== undefined) {
    throw new UserError('E_NAME_TAKEN', `There is a category "${same}" already.`, { hint: 'Choose another name.' })
  }
  return name
}

function faultOf(name: string): string | undefined {
  if (name.length === 0) return 'it is empty'
  if ([...name].length > MOST) return `it has more than ${MOST} characters`
  if (Buffer.byteLength(name) > MOST_BYTES) return 'it is too long for file systems'
  if (FORBIDDEN.test(name)) return 'it holds one of / \\ : * ? " < > | or a control character'
  if (name.startsWith('.')) return 'it begins with a dot'
  if (/[. ]$/.test(name)) return 'it ends with a dot or a space'
  if (name.trim() === '') return 'it is empty'
  if (DEVICE.test(name)) return 'Windows keeps it for a device'
  if (/^(thumbs\.db|desktop\.ini|__macosx|@eadir|\$recycle\.bin)$/i.test(name)) return 'systems keep it for themselves'
  return undefined
}

/** Whether people, or a file system, would take the two for one. */
export function sameName(a: string, b: string): boolean {
  return folded(a) === folded(b)
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase().replaceAll('_', ' ')
}

/**
 * What a browser calls a file, as a name to store it by: its last part alone, legal everywhere, never hidden, and with the
 * ending of a picture, for others are passed over by the next look at the disk, and opened as programs or pages by people.
 */
export function cleanFileName(given: string, format: PictureFormat): string {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const legal = last.replace(new RegExp(FORBIDDEN, 'g'), '_').replace(/^[. ]+|[. ]+$/g, '')
  const dot = legal.lastIndexOf('.')
  const isNamed = dot > 0 && isPictureName(legal)
  const [stem, ending] = isNamed ? [legal.slice(0, dot), legal.slice(dot)] : [legal, `.${ENDINGS[format]}`]
  const safe = DEVICE.test(stem) ? `_${stem}` : stem
  return `${cut(safe, MOST_BYTES - Buffer.byteLength(ending)) || 'picture'}${ending}`
}

const ENDINGS: Readonly<Record<PictureFormat, string>> = {
  JPEG: 'jpg',
  PNG: 'png',
  WebP: 'webp',
  GIF: 'gif',
  TIFF: 'tif',
  AVIF: 'avif',
  HEIC: 'heic',
  BMP: 'bmp',
  PNM: 'pnm',
  TGA: 'tga',
}

function cut(text: string, bytes: number): string {
  let kept = ''
  let size = 0
  for (const character of text) {
    size += Buffer.byteLength(character)
    if (size > bytes) break
    kept += character
  }
  return kept
}

/** `a.jpg`, then `a-2.jpg`, `a-3.jpg` …: what a clash is given. */
export function* candidateNames(name: string): Generator<string> {
  yield name
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let number = 2; ; number++) yield `${stem}-${number}${ending}`
}
