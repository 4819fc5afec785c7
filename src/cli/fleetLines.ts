import type { FleetEvent } from '../jobs/guessAll/handOut.ts'
import { count } from '../text.ts'
import type { Terminal } from './terminal.ts'

/** What is told of workers elsewhere. */
export class FleetLines {
  readonly #terminal: Terminal
  readonly #command: string
  #workers: number | undefined
  #told = false

  /** @param command a worker's: see `lineFor` */
  constructor(terminal: Terminal, command: string) {
    this.#terminal = terminal
    this.#command = command
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
