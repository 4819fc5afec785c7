/** "97.5 %"; what is not all is never shown as all, and what is not nothing never as nothing. */
export function percent(share: number): string {
  const rounded = (share * 100).toFixed(1)
  if (rounded === '100.0' && share < 1) return '99.9 %'
  if (rounded === '0.0' && share > 0) return '0.1 %'
  return `${rounded} %`
}

/** "97.5 %" and "98 %": where a whole number says enough. */
export function briefPercent(share: number): string {
  return percent(share).replace('.0 %', ' %')
}

/** "94.99 %" and "95 %": two decimals at most and the rest cut off, so that what misses a limit never looks equal to it. */
export function cutPercent(share: number): string {
  return `${Number((Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2))} %`
}

/** "999", "12,000": whole numbers as `toLocaleString('en')` shows them, whose first call takes 25 ms to load its languages. */
export function grouped(whole: number): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** "1 picture", "12,000 pictures" */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(amount)} ${amount === 1 ? noun : plural}`
}

/**
 * "a", "a and b", "a, b and c"; of more than `most` the first ones: "a, b and 3 more".
 *
 * @param most how many are named at least before the others are counted; a single one left over is named too
 */
export function list(items: readonly string[], most = Number.POSITIVE_INFINITY): string {
  const left = items.length - most
  const parts = left > 1 ? [...items.slice(0, most), `${left} more`] : items
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** Takes no column of a terminal: accents of their own, joiners. */
const NARROWEST = /[\p{Mn}\p{Me}\p{Cf}]/gu
/** Takes two: the scripts of East Asia, and emoji, but each half of a flag takes one. */
const WIDE =
  /(?!\p{RI})\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** How many columns of a terminal a text takes. A Mac may give a name's Korean syllables letter by letter. */
export function columnsOf(text: string): number {
  return [...text.normalize('NFC').replace(NARROWEST, '')].reduce(
    (sum, character) => sum + (WIDE.test(character) ? 2 : 1),
    0,
  )
}

/**
 * Rows of cells as lines, each column as wide as its widest cell.
 *
 * @param isRight which columns are aligned to the right; all but the first unless given
 */
export function table(
  rows: readonly (readonly string[])[],
  isRight: (column: number) => boolean = column => column > 0,
): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => columnsOf(row[column]!))))
  const padded = (cell: string, column: number) => {
    const gap = ' '.repeat(widths[column]! - columnsOf(cell))
    return isRight(column) ? `${gap}${cell}` : `${cell}${gap}`
  }
  return rows.map(row => row.map(padded).join('  ').trimEnd())
}

/** A file's name as a line can show it: no line breaks, and nothing that a terminal takes for a command. */
export function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is to be shown
  return name.replace(/[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, character => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** A category's name as people read it: `darth_vader` is "darth vader". */
export function shownLabel(label: string): string {
  return printable(label.replaceAll('_', ' '))
}

/**
 * As a shell takes it for one word: for commands that a person is told to type. On Windows both cmd and PowerShell do, which
 * have double quotes in common; a backslash before the last one would take it along.
 */
export function quoted(word: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return /^[\w./:\\+-]+$/.test(word) ? word : `"${word.replace(/\\+$/, '$&$&')}"`
  return /^[\w./:,+@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
