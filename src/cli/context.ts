import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'

/** A command sets this when it has done what it could but something failed. */
export interface Outcome {
  exitCode: number
  /** With --json: standard output says already what failed. */
  answered?: boolean
}

/** Everything a command file needs to add itself. */
export interface CommandContext {
  readonly program: Command
  readonly terminal: Terminal
  readonly outcome: Outcome
}
