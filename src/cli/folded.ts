import { stripVTControlCharacters } from 'node:util'
import { columnsOf } from '../text.ts'

/** A command line within a sentence: whoever copies it wants it in one piece. Nor is a number parted from its percent sign. */
const COMMAND =
  /itc [a-z-]+(?: (?:'[^']*'|"[^"]*"|\.{0,2}\/\S*|--?\w\S*|[A-Z_]{2,}\S*))*\S*|(?<=: )(?:npm|npx|for|magick|mogrify|sudo|brew|pip|python3?|Get-ChildItem|sips) .*?(?=, then |; or |\. [A-Z]|$)|`[^`]*`\S*|\S*\d %\S*|\S+/g
/** JSON, and commands that stand on lines of their own, are copied too. */
const LEFT_ALONE = /^(?:\s*[{\]]| {4,}\S)/

/**
 * A text whose lines end between words where a terminal would break them within one; what follows is indented by two. A word
 * that is too long, such as a path, is left to the terminal.
 *
 * @param width of the terminal; undefined where there is none, which has no lines to break
 */
export function folded(text: string, width: number | undefined): string {
  if (width === undefined || LEFT_ALONE.test(text)) return text
  return text
    .split('\n')
    .map(line => foldedLine(line, width))
    .join('\n')
}

function foldedLine(line: string, width: number): string {
  if (lengthOf(line) <= width || LEFT_ALONE.test(line)) return line
  const indent = /^ */.exec(line)![0]
  const lines: string[] = []
  let end = 0
  let present = ''
  for (const { 0: word, index } of line.matchAll(COMMAND)) {
    const between = line.slice(end, index)
    end = index + word.length
    if (present.trim() !== '' && lengthOf(present + between + word) > width) {
      lines.push(present)
      present = `${indent}  ${word}`
    } else present += between + word
  }
  return [...lines, present].join('\n')
}

/** Colours take no room. */
function lengthOf(line: string): number {
  return columnsOf(stripVTControlCharacters(line))
}
