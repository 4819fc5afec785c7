import { isInside } from '../../disk/inside.ts'
import { keepBeside } from '../../disk/keepBeside.ts'
import { dropFile } from '../../disk/patience.ts'
import { bytesOf } from '../../disk/readPlain.ts'
import { writeTogether } from '../../disk/writeAtomic.ts'
import { messageOf, UserError } from '../../errors.ts'
import type { StepReport } from '../../head/train.ts'
import { keptNote } from '../../model/foreignFiles.ts'
import { isReport } from '../../report/page.ts'
import type { ReportData } from '../../report/reportData.ts'
import { writeSummaries } from '../../report/tensorboard.ts'
import type { TrainResult } from './result.ts'
import type { TrainingRun } from './run.ts'
import { reportPage } from './writeReport.ts'

/** TensorBoard's folders among the categories would be categories of the next training. */
export async function checkSummariesDir(folder: string | undefined, data: readonly string[]): Promise<void> {
  if (folder === undefined) return
  const are = await Promise.all(data.map(each => isInside(each, folder)))
  if (!are.includes(true)) return
  throw new UserError('E_INSIDE_DATA', `The folder for summaries, "${folder}", lies among the pictures.`, {
    hint: 'Choose one elsewhere: every folder there is a category.',
  })
}

/** Begins the report's page, which is written when the model is; undefined where none is wanted. */
export function beginPage(
  { layout, options, drawing }: TrainingRun,
  folder: string,
  data: ReportData | undefined,
): Promise<string> | undefined {
  if (data === undefined || !options.report) return undefined
  const page = reportPage(layout.report, data, { folder, limits: options.limits }, drawing)
  page.catch(() => undefined) // told of when it is to be written
  return page
}

/**
 * Writes what goes with a model, the report and TensorBoard's summaries. The model is written before, so that a failure is
 * a warning and no failure of the training.
 *
 * @param page the report's, from `beginPage`
 */
export async function writeBeside(
  { layout, options, cache, notes: assumed }: TrainingRun,
  page: Promise<string> | undefined,
  history: readonly StepReport[],
  notes: readonly string[],
): Promise<Pick<TrainResult, 'report' | 'warnings'>> {
  const warnings: string[] = []
  const attempt = (what: string, work: Promise<unknown>) =>
    work.catch(error => void warnings.push(`${what} can't be written: ${messageOf(error)}.`))
  const foreign = await isForeign(layout.report)
  const kept = foreign && page ? await keepBeside(layout.report) : undefined
  if (page) await attempt('The report', writeWhole(layout.report, page, layout.model))
  const report = page && warnings.length === 0 ? layout.report : undefined
  // An earlier one would tell of another model.
  if (report === undefined && !foreign) await dropFile(layout.report)
  const { summariesDir } = options
  if (summariesDir !== undefined) {
    await attempt('The summaries for TensorBoard', writeSummaries(summariesDir, history, Date.now() / 1000))
  }
  return { report, warnings: [...notes, ...assumed, ...(kept ? [keptNote(kept)] : []), ...warnings, ...cache.notes()] }
}

/** Whether something is in the report's place that is no page of ours. */
async function isForeign(path: string): Promise<boolean> {
  const bytes = await bytesOf(path)
  return bytes !== undefined && !isReport(bytes.toString('utf8', 0, 2000))
}

async function writeWhole(path: string, page: Promise<string>, draftFolder: string): Promise<void> {
  await writeTogether([[path, await page]], draftFolder)
}
