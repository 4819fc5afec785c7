/** Labels as `retrained_labels.txt` has them, one a line. */
export function labelLines(labels: readonly string[]): string {
  return labels.map(label => `${label}\n`).join('')
}

/** How each Unicode encoding's byte order mark reads; Windows' editors write them. */
const MARKS: readonly (readonly [mark: string, encoding: string])[] = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
]

/**
 * The labels of a file with one a line. UTF-8 unless its byte order mark, or a zero in every other byte, says UTF-16; the
 * mark is no part of the first label.
 */
export function labelsOf(bytes: Uint8Array): string[] {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes)
  const labels = text.split('\n').map(line => line.trimEnd())
  while (labels.at(-1) === '') labels.pop()
  return labels
}

function encodingOf(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 3)).toString('hex')
  const marked = MARKS.find(([mark]) => head.startsWith(mark))
  if (marked) return marked[1]
  const [first, second] = bytes
  if (first === 0 && second !== 0) return 'utf-16be'
  return first !== 0 && second === 0 ? 'utf-16le' : 'utf-8'
}
