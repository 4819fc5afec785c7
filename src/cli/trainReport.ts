import type { Assessment } from '../head/assess.ts'
import type { Calibration } from '../head/calibration.ts'
import type { TrainEvent, TrainResult } from '../jobs/trainOptions.ts'
import type { Share } from '../model/manifest.ts'
import { choiceLines, comparingLine } from './choiceTable.ts'
import { createProgress, type Progress } from './progress.ts'
import type { Terminal } from './terminal.ts'
import { trainJson } from './trainJson.ts'

/** Names listed before the rest is only counted. */
const LISTED = 20

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
    const { err, out } = this.#terminal
    switch (event.kind) {
      case 'scanned':
        err(`${count(event.pictures, 'picture')} in ${count(event.categories.length, 'category')}`)
        break
      case 'comparing':
        err(comparingLine(event))
        break
      case 'choosing':
        this.#show('comparing', event.done, event.total, '')
        break
      case 'chosen':
        this.close()
        for (const line of choiceLines(event.choice)) out(line)
        break
      case 'download':
        this.#show('downloading', event.received, event.total ?? event.received, '')
        break
      case 'bottlenecks':
      case 'variants':
        if (event.cached < event.total)
          this.#show(event.kind, event.done, event.total, event.cached > 0 ? `${event.cached} cached` : '')
        break
      case 'split':
        this.close()
        err(`training on ${event.train}, validation ${event.validation}, test ${event.test}`)
        break
      case 'report': {
        this.close()
        const validation =
          event.validationAccuracy === undefined ? '' : `, validation accuracy ${percent(event.validationAccuracy)}`
        out(
          `step ${event.step}: train accuracy ${percent(event.trainAccuracy)}, cross entropy ${event.crossEntropy.toFixed(4)}${validation}`,
        )
        break
      }
      case 'steps':
        break // a report comes every tenth of the way
      case 'cross-validation':
      case 'assessment':
        this.#show(event.kind, event.done, event.total, '')
        break
    }
  }

  result(tfFiles: string, result: TrainResult): void {
    this.close()
    const { manifest, misclassified, conflicts, changed, assessment, report, warnings } = result
    const { out, err, colors } = this.#terminal
    if (this.#json) {
      out(JSON.stringify(trainJson(result), null, 2))
      return
    }
    const { test, crossValidation } = manifest.metrics
    if (test) out(`final test accuracy ${colors.bold(shareText(test))}`)
    this.#list(
      'misclassified',
      misclassified,
      ({ relative, guess, score }) => `${relative} → ${shown(guess)} (${score.toFixed(5)})`,
    )
    if (crossValidation) {
      out(`cross-validated accuracy ${colors.bold(shareText(crossValidation))}, ${crossValidation.folds} folds`)
    }
    if (assessment) out(trustLine(tfFiles, assessment))
    this.#list('the same picture under several labels', conflicts, ({ pictures }) => pictures.join(' = '))
    this.#list('skipped', manifest.skipped, ({ relative, reason }) => `${relative}: ${reason}`)
    this.#list('changed meanwhile, train again', changed, ({ relative, reason }) => `${relative}: ${reason}`)
    for (const warning of warnings) err(`${colors.yellow('warning:')} ${warning}`)
    err(`${colors.green('model written')} to ${tfFiles}; try: itc guess ${tfFiles} PICTURE`)
    if (report !== undefined) err(`report: ${report}`)
  }

  close(): void {
    this.#progress?.stop()
    this.#progress = undefined
    this.#phase = ''
  }

  #show(phase: string, done: number, total: number, extra: string): void {
    if (this.#phase !== phase) {
      this.close()
      this.#phase = phase
      this.#progress = createProgress(this.#terminal, phase)
    }
    this.#progress?.update(done, total, extra)
  }

  #list<T>(title: string, items: readonly T[], text: (item: T) => string): void {
    if (items.length === 0) return
    const { out, colors } = this.#terminal
    out(colors.yellow(`${title}: ${items.length}`))
    for (const item of items.slice(0, LISTED)) out(`  ${text(item)}`)
    if (items.length > LISTED) out(`  … and ${items.length - LISTED} more (--json lists all)`)
  }
}

/** Whether scores can be trusted, and what to do about labels that can't be. */
function trustLine(tfFiles: string, { evaluation, doubts }: Assessment): string {
  const doubtful = doubts.filter(doubt => doubt.contradicted).length
  const labels = doubtful === 0 ? 'no doubtful labels' : `${count(doubtful, 'doubtful label')}: itc doctor ${tfFiles}`
  return `${scoresText(evaluation.calibration)}; ${labels}`
}

/** How far scores are off; few pictures make even the best seem so. */
export function scoresText({ error, chance }: Calibration): string {
  return `scores are off by ${percent(error ?? 0)} on average (${percent(chance ?? 0)} by chance alone)`
}

export function shareText({ accuracy, right, pictures, interval }: Share): string {
  const range = `${percent(interval.low)} to ${percent(interval.high)}`
  return `${percent(accuracy ?? 0)} (${right} of ${pictures}; 95 % interval ${range})`
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** A label as people read it. */
export function shown(label: string): string {
  return label.replaceAll('_', ' ')
}

/** "1 picture", "1,234 categories" */
export function count(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`
  return `${number.toLocaleString('en')} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`
}
