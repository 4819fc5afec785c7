import type { Assessment } from '../assess/assess.ts'
import { SPOILT_REMEDY, spoiltText } from '../jobs/doctor/spoilt.ts'
import type { TrainEvent } from '../jobs/train/events.ts'
import { BelowMinimum } from '../jobs/train/minAccuracy.ts'
import type { TrainResult } from '../jobs/train/result.ts'
import { count, percent, printable, quoted, shownLabel } from '../text.ts'
import { caveatLines } from './caveatLines.ts'
import { choiceLines, comparingLine } from './choiceTable.ts'
import { failureJson } from './failure.ts'
import { scoresText, shareText, smallTestText } from './figures.ts'
import { printJson } from './json.ts'
import { listedLines } from './listed.ts'
import { networkLines } from './networkLines.ts'
import { placeLines } from './placeLines.ts'
import { createProgress, type Progress } from './progress.ts'
import type { Later } from './rate.ts'
import { refusalLines } from './refusalLines.ts'
import type { Terminal } from './terminal.ts'
import { belowJson, trainJson } from './trainJson.ts'

/** What `itc train` shows: progress while it runs, then what came of it. */
export class TrainReport {
  readonly #terminal: Terminal
  readonly #json: boolean
  #progress: Progress | undefined
  #phase = ''

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal
    this.#json = json
  }

  event(event: TrainEvent): void {
    if (this.#json) return
    const { info: err, out } = this.#terminal
    switch (event.kind) {
      case 'scanned':
        err(`${count(event.pictures, 'picture')} in ${count(event.categories.length, 'category', 'categories')}`)
        for (const line of placeLines(event)) err(line)
        if (event.split) err('already split by its folders, and used so: test pictures are only tested on')
        break
      case 'comparing':
        err(comparingLine(event))
        break
      case 'choosing':
        this.#show('comparing', event.done, event.total, '', { things: 0, atMost: true })
        break
      case 'chosen':
        this.close()
        for (const line of choiceLines(event.choice, this.#terminal.outWidth)) out(line)
        break
      case 'download':
        this.#show('downloading', event.received, event.total ?? event.received, '')
        break
      case 'network':
        this.close()
        for (const line of networkLines(event)) err(line)
        break
      case 'bottlenecks':
      case 'variants':
        if (event.cached < event.total)
          this.#show(event.kind, event.done, event.total, event.cached > 0 ? `${event.cached} cached` : '', {
            things: laterPictures(event.total),
          })
        break
      case 'drawn':
        if (event.pictures < event.of) {
          err(
            `${count(event.of, 'picture')} are more than fit into memory: the head learns from all, ${event.pictures} evenly drawn ones judge it`,
          )
        }
        break
      case 'split':
        this.close()
        err(`training on ${event.train}, validation ${event.validation}, test ${event.test}`)
        break
      case 'report': {
        const validation =
          event.validationAccuracy === undefined ? '' : `, validation ${percent(event.validationAccuracy)}`
        out(
          `step ${event.step}: train accuracy ${percent(event.trainAccuracy)}, cross entropy ${event.crossEntropy.toFixed(4)}${validation}`,
        )
        break
      }
      case 'steps':
        this.#show('training', event.done, event.total, '')
        break
      case 'cross-validation':
      case 'assessment':
        this.#show(event.kind, event.done, event.total, '')
        break
    }
  }

  result(result: TrainResult): void {
    this.close()
    const {
      folder: tfFiles,
      manifest,
      misclassified,
      conflicts,
      changed,
      assessment,
      refusals,
      spoilt,
      short,
      report,
      warnings,
    } = result
    const { out, err, info, colors, errColors } = this.#terminal
    if (this.#json) {
      printJson(this.#terminal, trainJson(result))
      return
    }
    const { test, crossValidation } = manifest.metrics
    for (const each of spoilt) out(colors.yellow(`first of all: ${spoiltText(each)}. ${SPOILT_REMEDY}`))
    if (test) {
      out(`final test accuracy ${colors.bold(shareText(test))}`)
      const caution = smallTestText(test, crossValidation !== undefined)
      if (caution !== undefined) out(caution)
    }
    this.#list(
      'misclassified',
      misclassified,
      ({ relative, guess, score }) => `${printable(relative)} → ${shownLabel(guess)} (${score.toFixed(5)})`,
    )
    if (crossValidation) {
      out(`${crossValidation.folds}-fold cross-validation ${colors.bold(shareText(crossValidation))}`)
    }
    if (assessment) {
      for (const line of caveatLines(assessment.evaluation, manifest.labels)) out(colors.yellow(line))
      for (const line of trustLines(tfFiles, assessment, spoilt.length > 0)) out(line)
    }
    this.#list('the same picture under several labels', conflicts, ({ pictures }) =>
      pictures.map(printable).join(' = '),
    )
    if (refusals.length > 0) out(colors.yellow(`skipped: ${manifest.skipped.length}`))
    for (const line of refusalLines(refusals, short)) out(line)
    this.#list('changed meanwhile, train again', changed, ({ relative, reason }) => `${printable(relative)}: ${reason}`)
    for (const warning of warnings) err(`${errColors.yellow('warning:')} ${warning}`)
    info(`${errColors.green('model written')} to ${printable(tfFiles)}; try: itc guess ${quoted(tfFiles)} PICTURE`)
    if (report !== undefined) info(`report: ${report}`)
  }

  /** With `--json` even a training that was not good enough has figures to print. @returns whether it printed them */
  failed(error: unknown): boolean {
    if (!this.#json || !(error instanceof BelowMinimum)) return false
    printJson(this.#terminal, { ...belowJson(error), ...failureJson(error) })
    return true
  }

  close(): void {
    this.#progress?.stop()
    this.#progress = undefined
    this.#phase = ''
  }

  #show(phase: string, done: number, total: number, extra: string, later?: Later): void {
    if (this.#phase !== phase) {
      this.close()
      this.#phase = phase
      this.#progress = createProgress(this.#terminal, phase)
    }
    this.#progress?.update(done, total, extra, later)
  }

  #list<T>(title: string, items: readonly T[], text: (item: T) => string): void {
    if (items.length === 0) return
    const { out, colors } = this.#terminal
    out(colors.yellow(`${title}: ${items.length}`))
    for (const line of listedLines(items, text)) out(line)
  }
}

/**
 * What comes after the bottlenecks, in pictures that a network takes in that time: the head, the cross-validation and its
 * assessment take about as long as 150 pictures, and of large sets a fiftieth of the bottlenecks, roughly.
 */
function laterPictures(pictures: number): number {
  return 150 + pictures / 50
}

/** Whether scores can be trusted, and what to do about labels that can't be. */
function trustLines(tfFiles: string, { evaluation, doubts }: Assessment, isSpoilt: boolean): string[] {
  if (isSpoilt) return [scoresText(evaluation.calibration)]

  const doubtful = doubts.filter(doubt => doubt.contradicted).length
  const labels =
    doubtful === 0 ? 'no doubtful labels' : `${count(doubtful, 'doubtful label')}: itc doctor ${quoted(tfFiles)}`
  return [scoresText(evaluation.calibration), labels]
}
