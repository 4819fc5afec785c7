import type { FleetEvent } from '../jobs/guessAll/handOut.ts'
import { count, quoted } from '../text.ts'
import type { Terminal } from './terminal.ts'

/** What is told of workers elsewhere. */
export class FleetLines {
  readonly #terminal: Terminal
  readonly #command: string
  #workers: number | undefined
  #told = false

  /** @param places tf_files, queue, source, results: as a person wrote them */
  constructor(terminal: Terminal, [tfFiles, queue, source, results]: readonly string[]) {
    this.#terminal = terminal
    const flags = { '--queue': queue!, '--source': source!, '--results': results! }
    this.#command = [
      'itc worker',
      quoted(tfFiles!),
      ...Object.entries(flags).flatMap(([flag, value]) => [flag, quoted(value)]),
    ].join(' ')
  }

  /** A few words behind the numbers; empty without a queue. */
  get words(): string {
    return this.#workers === undefined ? '' : count(this.#workers, 'worker')
  }

  show(event: FleetEvent): void {
    const { err: say, errColors: colors } = this.#terminal
    if (event.kind === 'waiting') {
      say(colors.yellow(`Waiting: ${event.reason}`))
      return
    }
    this.#workers = event.workers
    if (event.workers !== 0 || this.#told) return
    this.#told = true
    say(colors.yellow('No worker is at work. On each machine that is to be one:'))
    say(`  ${this.#command}`)
  }
}
