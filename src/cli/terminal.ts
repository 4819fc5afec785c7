import { once } from 'node:events'
import picocolors from 'picocolors'
import { printable } from '../text.ts'

/** What a command may write to, and how it may look. The rest of the program never touches process or console. */
export interface Terminal {
  /** Writes a line of results. */
  readonly out: (line: string) => void
  /** Writes a line of progress, a warning or an error. */
  readonly err: (line: string) => void
  /** Whether results are read by a person; colours only then, and never with NO_COLOR. */
  readonly outIsTerminal: boolean
  /** Whether progress is watched: bars there, plain lines or nothing otherwise. */
  readonly errIsTerminal: boolean
  readonly colors: ReturnType<typeof picocolors.createColors>
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  readonly stdin: AsyncIterable<Uint8Array>
  /** Waits until whoever reads the results has caught up; false when nobody reads them any more. */
  readonly drained: () => Promise<boolean>
}

/** The terminal of this process. */
export function processTerminal(signal: AbortSignal): Terminal {
  const { stdout, stderr, stdin, env } = process
  const plain = Boolean(env.NO_COLOR) || env.TERM === 'dumb'
  return {
    out: line => void stdout.write(`${harmless(line)}\n`),
    err: line => void stderr.write(`${harmless(line)}\n`),
    outIsTerminal: Boolean(stdout.isTTY),
    errIsTerminal: Boolean(stderr.isTTY),
    colors: picocolors.createColors(Boolean(stdout.isTTY) && Boolean(stderr.isTTY) && !plain),
    signal,
    stdin,
    drained: () => drained(stdout),
  }
}

async function drained(stream: NodeJS.WriteStream): Promise<boolean> {
  const over = new AbortController()
  if (stream.writableNeedDrain) {
    const heard = (event: string) => once(stream, event, { signal: over.signal })
    await Promise.race([heard('drain'), heard('close')]).catch(() => undefined) // an error is heard elsewhere
    over.abort()
  }
  return stream.writable
}

/**
 * The last guard: whatever names slipped through, a terminal gets no command but colours. In JSON, where such characters
 * are only in texts, they become what JSON calls them.
 *
 * @internal for tests: what a real terminal would do with a line can't be asked
 */
export function harmless(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is to be shown
  return line.replace(/\x1b(?!\[[\d;]*m)|[\0-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, printable)
}
