import type { Command } from 'commander'
import type { FleetEvent } from '../jobs/guessAll/handOut.ts'
import { count, quoted } from '../text.ts'
import type { Terminal } from './terminal.ts'

/** What is told of workers elsewhere. */
export class FleetLines {
  readonly #terminal: Terminal
  readonly #command: string
  #workers: number | undefined
  #told = false

  /** @param command see `workerLine` */
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

/** Options that say how a command speaks, not what it does. */
const SPEECH = ['json', 'quiet', 'verbose']

/**
 * The command line of a worker for what a command gives out. What decides the outcome, limits and networks, is given to both:
 * whatever option was given to the command and is one of workers too.
 *
 * @param places of the worker, by option; as a person wrote them
 */
export function workerLine(command: Command, tfFiles: string, places: Readonly<Record<string, string>>): string {
  const worker = command.parent?.commands.find(each => each.name() === 'worker')
  const shared = (worker?.options ?? []).filter(option => {
    const name = option.attributeName()
    return !SPEECH.includes(name) && !(name in places) && command.getOptionValueSource(name) === 'cli'
  })
  const given = shared.flatMap(option => {
    const value: unknown = command.getOptionValue(option.attributeName())
    return value === true ? [option.long] : [option.long, quoted(String(value))]
  })
  const where = Object.entries(places).flatMap(([name, place]) => [`--${name}`, quoted(place)])
  return ['itc worker', quoted(tfFiles), ...where, ...given].join(' ')
}
