/** What terminals without UTF-8 show instead. */
const ASCII: Readonly<Record<string, string>> = {
  '→': '->',
  '…': '...',
  '’': "'",
  '–': '-',
  '·': '.',
  '█': '#',
  '░': '-',
}

/** Our own symbols in ASCII; letters of other scripts, as names have them, stay. */
export function asciiSymbols(line: string): string {
  return line.replace(/[→…’–·█░]/g, symbol => ASCII[symbol]!)
}

/**
 * Whether a terminal shows more than ASCII, by the locale as POSIX finds it: LC_ALL, then LC_CTYPE, then LANG, the first that
 * is set and not empty. Windows' console takes all of Unicode from Node.js.
 */
export function isUnicode(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): boolean {
  return platform === 'win32' || /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
}
