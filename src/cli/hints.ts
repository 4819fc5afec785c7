import { existsSync } from 'node:fs'
import { quoted } from '../text.ts'

/** The most words that a name is taken to have. */
const MOST_WORDS = 6

/**
 * Where words of a command line are, joined by a space, the name of a file or folder, and the first of them alone is none: they
 * were meant as one and lack quotes.
 *
 * @returns a sentence for each such name
 */
export function unquotedHints(words: readonly string[], exists: (path: string) => boolean = existsSync): string[] {
  const hints: string[] = []
  for (let start = 0; start < words.length; start++) {
    if (words[start]!.startsWith('-') || exists(words[start]!)) continue
    for (let end = start + 2; end <= Math.min(words.length, start + MOST_WORDS); end++) {
      const name = words.slice(start, end).join(' ')
      if (!exists(name)) continue
      hints.push(`A name with spaces needs quotes: ${quoted(name)}`)
      start = end - 1
      break
    }
  }
  return hints
}
