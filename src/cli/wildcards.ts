import { existsSync } from 'node:fs'
import { win32 } from 'node:path'

/**
 * Puts the files that words such as `*.jpg` and `photos\*.png` mean in their place, as shells do but cmd and PowerShell
 * don't. A word that means no file stays, and so does one that is a file's very name.
 */
export async function expandWildcards(
  words: readonly string[],
  platform: NodeJS.Platform = process.platform,
): Promise<string[]> {
  if (platform !== 'win32') return [...words]
  const expanded: string[] = []
  for (const word of words) expanded.push(...(await filesOf(word)))
  return expanded
}

async function filesOf(word: string): Promise<string[]> {
  if (!/[*?]/.test(word) || existsSync(word)) return [word]
  const { glob } = await import('tinyglobby')
  const [folder, pattern] = parts(word)
  // Only * and ? stand for others on Windows: [1], (2) and {3} are parts of names.
  const literal = pattern.replaceAll(/[[\](){}!+@]/g, '\\$&')
  const names = await glob(literal, { cwd: folder || '.', caseSensitiveMatch: false, followSymbolicLinks: false })
  return names.length === 0 ? [word] : names.sort().map(name => folder + name)
}

/** The folder before the first wildcard, as it was typed, and what follows, with `/` between. */
function parts(word: string): [folder: string, pattern: string] {
  const plain = word.slice(0, word.search(/[*?]/))
  const cut = Math.max(plain.lastIndexOf(win32.sep), plain.lastIndexOf('/'), plain.lastIndexOf(':')) + 1
  return [word.slice(0, cut), word.slice(cut).replaceAll(win32.sep, '/')]
}
