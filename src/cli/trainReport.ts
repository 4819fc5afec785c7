import type { Assessment } from '../assess/assess.ts'
import type { ExtractProgress } from '../features/options.ts'
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
import { formatDuration } from './rate.ts'
import { refusalLines } from './refusalLines.ts'
import type { Terminal } from './terminal.ts'
import { belowJson, trainJson } from './trainJson.ts'

/** Seconds from which on it is said beforehand how long a training takes. */
const WORTH_SAYING = 10

interface Shown {
  readonly done: number
  readonly total: number
  readonly secondsLeft?: number
}

/** What `itc train` shows: progress while it runs, then what came of it. */
export class TrainReport {
  readonly #terminal: Terminal
  readonly #json: boolean
  #progress: Progress | undefined
  #phase = ''
  #isForetold = false

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal
    this.#json = json
  }

  event(event: TrainEvent): void {
    if (this.#json) return
    const { info: err, interim, out } = this.#terminal
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
        this.#show('comparing', event, '', event.atMost)
        break
      case 'chosen':
        this.close()
        for (const line of choiceLines(event.choice, this.#terminal.outWidth)) out(line)
        break
      case 'download':
        this.#show('downloading', { done: event.received, total: event.total ?? event.received })
        break
      case 'network':
        this.close()
        for (const line of networkLines(event)) err(line)
        break
      case 'bottlenecks':
      case 'variants':
        if (event.cached < event.total) this.#show(event.kind, event, besidesText(event))
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
        interim(
          `step ${event.step}: train accuracy ${percent(event.trainAccuracy)}, cross entropy ${event.crossEntropy.toFixed(4)}${validation}`,
        )
        break
      }
      case 'steps':
        this.#show('training', event)
        break
      case 'discriminants':
      case 'cross-validation':
      case 'assessment':
        this.#show(event.kind, event)
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

  #show(phase: string, { done, total, secondsLeft }: Shown, extra = '', atMost = false): void {
    if (this.#phase !== phase) {
      this.close()
      this.#phase = phase
      this.#progress = createProgress(this.#terminal, phase)
    }
    if (secondsLeft !== undefined) this.#foretell(secondsLeft, atMost)
    const ofItself = phase === 'downloading' ? undefined : 'unknown'
    this.#progress?.update(done, total, extra, secondsLeft === undefined ? ofItself : { seconds: secondsLeft, atMost })
  }

  /** Says once, of what takes longer than one waits without a thought, how long it will take. */
  #foretell(seconds: number, atMost: boolean): void {
    if (this.#isForetold) return
    this.#isForetold = true
    if (seconds < WORTH_SAYING) return
    this.#terminal.info(`this takes ${atMost ? 'at most ' : ''}about ${formatDuration(rounded(seconds))}`)
  }

  #list<T>(title: string, items: readonly T[], text: (item: T) => string): void {
    if (items.length === 0) return
    const { out, colors } = this.#terminal
    out(colors.yellow(`${title}: ${items.length}`))
    for (const line of listedLines(items, text)) out(line)
  }
}

/** Each picture is decoded once, a little ahead of the networks: of several, it has as many bottlenecks. */
function besidesText({ cached, decoded, toDecode }: Pick<ExtractProgress, 'cached' | 'decoded' | 'toDecode'>): string {
  return [cached > 0 ? `${cached} cached` : '', `decoded ${decoded}/${toDecode}`].filter(Boolean).join(', ')
}

/** No more exact than such a thing can be known. */
function rounded(seconds: number): number {
  const unit = seconds < 60 ? 5 : seconds < 600 ? 30 : 60
  return Math.round(seconds / unit) * unit
}

/** Whether scores can be trusted, and what to do about labels that can't be. */
function trustLines(tfFiles: string, { evaluation, doubts }: Assessment, isSpoilt: boolean): string[] {
  if (isSpoilt) return [scoresText(evaluation.calibration)]

  const doubtful = doubts.filter(doubt => doubt.contradicted).length
  const labels =
    doubtful === 0 ? 'no doubtful labels' : `${count(doubtful, 'doubtful label')}: itc doctor ${quoted(tfFiles)}`
  return [scoresText(evaluation.calibration), labels]
}
