import type { EvaluateResult } from '../jobs/evaluate/options.ts'
import { count, percent, printable, shownLabel } from '../text.ts'
import { caveatLines } from './caveatLines.ts'
import { evaluationJson } from './evaluateJson.ts'
import { categoryTable, confusionTable } from './evaluateTable.ts'
import { scoresText, shareText } from './figures.ts'
import { listedLines } from './listed.ts'
import { refusalJson, refusalLines } from './refusalLines.ts'
import type { Terminal } from './terminal.ts'

/** What `itc evaluate` shows. */
export function printEvaluation(result: EvaluateResult, { out, info, colors, outWidth }: Terminal): void {
  const { evaluation, labels, mistakes, unknown, absent, unfamiliar, learnt, part, skipped, refusals, short, report } =
    result
  const { calibration, logLoss } = evaluation
  if (part) info(`the folder is already split: measured on its ${part} pictures alone`)
  out(`accuracy ${colors.bold(shareText(evaluation))}`)
  for (const line of caveatLines(evaluation, labels)) out(colors.yellow(line))
  if (logLoss !== null && calibration.error !== null) {
    out(`log loss ${logLoss.toFixed(3)}; ${scoresText(calibration)}`)
  }
  if (unfamiliar) out(`unlike anything learnt: ${percent(unfamiliar.share)} (${unfamiliar.pictures})`)
  if (learnt) {
    out(
      colors.yellow(
        `${count(learnt, 'picture')} of ${evaluation.pictures} also in the data it was trained on: the figures flatter`,
      ),
    )
  }
  const tables = [categoryTable(evaluation, labels, outWidth), confusionTable(evaluation, labels, outWidth)]
  for (const lines of tables) for (const line of ['', ...lines]) out(line)
  list('misclassified', mistakes, ({ relative, guess, score, labelScore }) => {
    return `${printable(relative)} → ${shownLabel(guess)} (${score.toFixed(5)} against ${labelScore.toFixed(5)})`
  })
  list('folders that are no category of the model', unknown, ({ folder, pictures }) => {
    return `${printable(folder)}: ${count(pictures, 'picture')}`
  })
  list('categories without pictures', absent, shownLabel)
  if (skipped.length > 0) for (const line of ['', colors.yellow(`skipped: ${skipped.length}`)]) out(line)
  for (const line of refusalLines(refusals, short)) out(line)
  if (report !== undefined) info(`report: ${report}`)

  function list<T>(title: string, items: readonly T[], text: (item: T) => string): void {
    if (items.length === 0) return
    out('')
    out(colors.yellow(`${title}: ${items.length}`))
    for (const line of listedLines(items, text)) out(line)
  }
}

/** What `itc evaluate --json` prints. */
export function evaluateResultJson(result: EvaluateResult): object {
  const { labels, evaluation, mistakes, unknown, absent, unfamiliar, learnt, part, skipped, refusals, short, report } =
    result
  return {
    labels,
    part: part ?? null,
    ...evaluationJson(evaluation, labels),
    misclassified: mistakes,
    unfamiliar: unfamiliar ?? null,
    unknownFolders: unknown,
    absent,
    learnt: learnt ?? null,
    skipped,
    refusals: refusals.map(refusalJson),
    short,
    report: report ?? null,
  }
}
