import type { Command } from 'commander'
import { UserError, unexpected } from '../errors.ts'
import type { HandOutOptions } from '../jobs/guessAll/handOut.ts'
import type { Shard } from '../jobs/guessAll/plan.ts'
import { parseNumber } from './parse.ts'

/** What every command takes whose work several processes can share. */
export interface SharingFlags {
  readonly shard?: string
  readonly queue?: string
  readonly window?: number
}

/** @param nothing what is not done here when workers do it: "name nothing" */
export function addSharingOptions(command: Command, nothing: string): Command {
  return command
    .option(
      '--shard <i/n>',
      'do one share of n only, counted from 0: n processes do all of it; about even from 100 batches of up to 256 pictures a share on',
    )
    .option('--queue <address>', `${nothing} here: give the batches to itc worker by redis://… or postgres://…`)
    .option('--window <n>', 'batches that wait in the queue at most, 2000 unless given', parseNumber)
}

/** @throws UserError `E_BAD_VALUE` */
export async function shardOf({ shard }: SharingFlags): Promise<Shard | undefined> {
  if (shard === undefined) return undefined
  return (await import('../jobs/guessAll/plan.ts')).parseShard(shard)
}

/** @throws UserError `E_BAD_VALUE` */
export function queueOf({ queue, window, shard }: SharingFlags): HandOutOptions | undefined {
  if (queue === undefined) return undefined
  if (shard !== undefined) {
    throw new UserError('E_BAD_VALUE', '--shard and --queue are two ways to share the work.', {
      hint: 'Give one of them.',
    })
  }
  if (window !== undefined && !(Number.isSafeInteger(window) && window > 0)) {
    throw unexpected('--window', 'a whole number above 0', window)
  }
  return { address: queue, window }
}
