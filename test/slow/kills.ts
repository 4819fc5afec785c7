import { setTimeout as sleep } from 'node:timers/promises'
import { type Ended, startItc } from './itc.ts'

/** How many times each command is killed; `ITC_KILLS=50` and more for a longer look. */
export const KILLS = Number(process.env.ITC_KILLS ?? 25)

/** What a command leaves alone or leaves right, however it ends. */
export interface Killed {
  /** Puts everything as it was before the command; called before each run. */
  readonly prepare: (turn: number) => Promise<void>
  /** The command, or a script that does the same. */
  readonly args: (turn: number) => readonly string[]
  readonly script?: string
  /** Called after each kill, with what the command had printed. */
  readonly afterKill: (turn: number, ended: Ended) => Promise<void>
  /** Called after the command was run again and has ended by itself. */
  readonly afterRerun: (turn: number, ended: Ended) => Promise<void>
}

/**
 * Runs a command again and again, and ends it with SIGKILL: the run is cut into as many parts as there are kills, and one
 * falls at a random moment of each part.
 *
 * @returns how many kills came before the command's own end
 */
export async function killOften({ prepare, args, script, afterKill, afterRerun }: Killed, kills = KILLS) {
  await prepare(0)
  const start = performance.now()
  await startItc(args(0), {}, script).ended
  let whole = performance.now() - start
  let killed = 0
  for (let turn = 0; turn < kills; turn++) {
    await prepare(turn)
    const started = performance.now()
    const { child, ended } = startItc(args(turn), {}, script)
    await Promise.race([sleep((whole * (turn + Math.random())) / kills), ended])
    child.kill('SIGKILL')
    const end = await ended
    if (end.signal === 'SIGKILL') killed++
    else whole = Math.min(whole, performance.now() - started) // the machine is less busy now
    await afterKill(turn, end)
    await afterRerun(turn, await startItc(args(turn), {}, script).ended)
  }
  return killed
}
