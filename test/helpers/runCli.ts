import picocolors from 'picocolors'
import { main } from '../../src/cli/main.ts'
import type { Streams } from '../../src/cli/terminal.ts'

/** What a command left on the terminal. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  /** Both, in order: what a person sees. */
  readonly all: string
}

/**
 * Runs a command line in this process, piped: no colours, no bars.
 *
 * @param onLine called with each line at once, while the command waits
 * @param other what is otherwise than where nobody watches
 */
export async function run(
  argv: readonly string[],
  stdin: readonly Uint8Array[] = [],
  onLine: (line: string) => void = () => undefined,
  other: Partial<Streams> = {},
): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const all: string[] = []
  const terminal: Streams = {
    out: written(onLine, out, all),
    err: written(onLine, err, all),
    outIsTerminal: false,
    errIsTerminal: false,
    outWidth: undefined,
    errWidth: undefined,
    status: () => undefined,
    colors: picocolors.createColors(false),
    errColors: picocolors.createColors(false),
    signal: new AbortController().signal,
    stdin: (async function* () {
      yield* stdin
    })(),
    drained: async () => true,
    ...other,
  }
  const code = await main(argv, terminal)
  return { code, out: out.join('\n'), err: err.join('\n'), all: all.join('\n') }
}

function written(onLine: (line: string) => void, ...lists: string[][]): (line: string) => void {
  return line => {
    onLine(line)
    for (const list of lists) list.push(line)
  }
}
