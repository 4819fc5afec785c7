import { UserError } from '../errors.ts'
import { guessDir } from '../jobs/guess/guessDir.ts'
import { loadModel } from '../jobs/guess/loadModel.ts'
import type { GuessDirResult, Into } from '../jobs/guess/options.ts'
import { chooseUnsure, type UnsureChoice } from '../jobs/guess/unsure.ts'
import type { Manifest } from '../model/manifest.ts'
import type { CommandContext } from './context.ts'
import { GuessDirJson } from './guessDirJson.ts'
import { GuessDirReport, unsureLine } from './guessDirReport.ts'
import { limitsOf, type NetworkFlags } from './options.ts'

export interface GuessDirFlags extends NetworkFlags {
  readonly move?: boolean
  readonly into: Into
  readonly undo?: boolean
  readonly from?: string
  readonly dryRun?: boolean
  readonly unsure?: number | true
  readonly precision?: number
  readonly strict?: boolean
  readonly followLinks?: boolean
}

/** Names a folder of pictures, or goes on with it. */
export async function nameFolder(
  { terminal, outcome }: CommandContext,
  tfFiles: string,
  source: string,
  destination: string,
  flags: GuessDirFlags,
): Promise<void> {
  if (flags.from !== undefined) throw new UserError('E_BAD_VALUE', '--from goes with --undo.', { hint: 'Add --undo.' })
  const how = { move: flags.move === true, dryRun: flags.dryRun === true }
  const model = await loadModel(tfFiles, { engine: flags.engine })
  const unsure = unsureChoice(model.manifest, flags)
  if (unsure && !flags.json) terminal.info(unsureLine(unsure))
  const json = flags.json ? new GuessDirJson(terminal) : undefined
  const report = json ? undefined : new GuessDirReport(terminal, how.move, how.dryRun)
  let result: GuessDirResult
  try {
    result = await guessDir(model, source, destination, {
      ...how,
      ...(flags.followLinks && { followLinks: true }),
      ...(unsure && { unsure: unsure.threshold }),
      into: flags.into,
      limits: limitsOf(flags, terminal),
      onEvent: event => (json ?? report)?.event(event),
      signal: terminal.signal,
    })
  } catch (error) {
    json?.broken(error)
    outcome.answered = true
    throw error
  } finally {
    report?.close()
    await model.dispose()
  }
  json?.result(source, result, unsure)
  report?.result(source, destination, result, how)
  if (result.failed.length > 0 || (flags.strict && result.skipped.length > 0)) outcome.exitCode = 1
}

function unsureChoice(manifest: Manifest, { unsure, precision }: GuessDirFlags): UnsureChoice | undefined {
  if (unsure !== undefined) return chooseUnsure(manifest, unsure === true ? undefined : unsure, precision)
  if (precision === undefined) return undefined
  throw new UserError('E_BAD_VALUE', '--precision goes with --unsure.', { hint: 'Add --unsure.' })
}
