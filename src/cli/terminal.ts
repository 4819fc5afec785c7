import { once } from 'node:events'
import picocolors from 'picocolors'
import { printable } from '../text.ts'
import { folded } from './folded.ts'
import { StatusLine } from './statusLine.ts'
import { asciiSymbols, isUnicode } from './symbols.ts'

type Colors = ReturnType<typeof picocolors.createColors>

/** What a command may write to, and how it may look. The rest of the program never touches process or console. */
export interface Streams {
  /** Writes a line of results. */
  readonly out: (line: string) => void
  /** Writes a warning or an error. */
  readonly err: (line: string) => void
  /** Shows a line below all others, in place of the one before; none for ''. Only where a person watches. */
  readonly status: (line: string) => void
  /** Whether results are read by a person; colours only then, and never with NO_COLOR. */
  readonly outIsTerminal: boolean
  /** Whether progress is watched: bars there, plain lines or nothing otherwise. */
  readonly errIsTerminal: boolean
  /** Characters a line of results, or of the rest, has room for; undefined where no terminal is. */
  readonly outWidth: number | undefined
  readonly errWidth: number | undefined
  /** For results, and for the rest: either may be a terminal while the other is not. */
  readonly colors: Colors
  readonly errColors: Colors
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  readonly stdin: AsyncIterable<Uint8Array>
  /** Waits until whoever reads the results has caught up; false when nobody reads them any more. */
  readonly drained: () => Promise<boolean>
}

/** The same, for a command that was told how much to say. */
export interface Terminal extends Streams {
  /** Writes what is good to know meanwhile; nothing with --quiet. */
  readonly info: (line: string) => void
  /** Writes, among the results, how what leads to them goes on; nothing with --quiet. */
  readonly interim: (line: string) => void
  /** Writes what only --verbose tells. */
  readonly detail: (line: string) => void
}

/** How much is said beside results, warnings and errors. */
export interface Loudness {
  readonly quiet: boolean
  readonly verbose: boolean
}

export function withLoudness(streams: Streams, { quiet, verbose }: Loudness): Terminal {
  const nothing = () => undefined
  const { out, err, status } = streams
  return {
    ...streams,
    status: quiet ? nothing : status,
    info: quiet ? nothing : err,
    interim: quiet ? nothing : out,
    detail: verbose ? err : nothing,
  }
}

/** The terminal of this process. */
export function processTerminal(signal: AbortSignal): Streams {
  const { stdout, stderr, stdin, env } = process
  const plain = Boolean(env.NO_COLOR) || env.TERM === 'dumb'
  const colors = (stream: NodeJS.WriteStream) => picocolors.createColors(Boolean(stream.isTTY) && !plain)
  const writer = (stream: NodeJS.WriteStream) => {
    const shown = stream.isTTY && !isUnicode(env, process.platform) ? asciiSymbols : (line: string) => line
    return (line: string) => void stream.write(`${folded(shown(harmless(line)), widthOf(stream))}\n`)
  }
  const [out, err] = [writer(stdout), writer(stderr)]
  const statusLine = new StatusLine(stderr, isUnicode(env, process.platform) ? line => line : asciiSymbols)
  return {
    out: line => statusLine.above(() => out(line), Boolean(stdout.isTTY)),
    err: line => statusLine.above(() => err(line), Boolean(stderr.isTTY)),
    status: line => statusLine.show(harmless(line)),
    outIsTerminal: Boolean(stdout.isTTY),
    errIsTerminal: Boolean(stderr.isTTY),
    outWidth: widthOf(stdout),
    errWidth: widthOf(stderr),
    colors: colors(stdout),
    errColors: colors(stderr),
    signal,
    stdin,
    drained: () => drained(stdout),
  }
}

/** Undefined where nobody watches, and of a terminal that says 0: under `script` or `docker run -t` it may not know. */
function widthOf(stream: NodeJS.WriteStream): number | undefined {
  return (stream.isTTY && stream.columns) || undefined
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
