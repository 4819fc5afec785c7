import { setTimeout as sleep } from 'node:timers/promises'
import { type Ended, startItc } from './itc.ts'

/** How many times each command is killed at random; crashPoints.test.ts kills at chosen calls. `ITC_KILLS=50` for a longer look. */
export const KILLS = Number(process.env.ITC_KILLS ?? 12)

/** What a command leaves alone or leaves right, however it ends. */
export interface Killed {
  /** Puts everything as it was before the command; called before each run. */
  readonly prepare: () => Promise<void>
  /** The command, or a script that does the same. */
  readonly args: readonly string[]
  readonly script?: string
  /** Called after each kill, with what the command had printed. */
  readonly afterKill: (ended: Ended) => Promise<void>
  /** Called after the command was run again and has ended by itself. */
  readonly afterRerun: (ended: Ended) => Promise<void>
}

/**
 * Runs a command again and again, and ends it with SIGKILL: the run is cut into as many parts as there are kills, and one
 * falls at a random moment of each part. Where the command was done before its kill, because the machine is less busy than
 * when the whole run was timed, the turn is taken again, so that every kill is one.
 */
export async function killOften({ prepare, args, script, afterKill, afterRerun }: Killed, kills = KILLS) {
  await prepare()
  const start = performance.now()
  await startItc(args, {}, script).ended
  let whole = performance.now() - start
  for (let turn = 0; turn < kills; ) {
    await prepare()
    const started = performance.now()
    const { child, ended } = startItc(args, {}, script)
    await Promise.race([sleep((whole * (turn + Math.random())) / kills), ended])
    child.kill('SIGKILL')
    const end = await ended
    if (end.signal === 'SIGKILL') {
      await afterKill(end)
      await afterRerun(await startItc(args, {}, script).ended)
      turn++
    } else whole = Math.min(whole, performance.now() - started) * 0.95
  }
}
