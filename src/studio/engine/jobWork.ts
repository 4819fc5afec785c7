import { mkdir, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { TrainEvent } from '../../jobs/train/events.ts'
import type { TrainResult } from '../../jobs/train/result.ts'
import { readModel } from '../../model/load.ts'
import type { ChooseOutcome, ExportKind, ExportOutcome, JobRequest, SortOutcome } from '../api.ts'
import { trainingLike } from '../training.ts'
import type { TrainedHere } from './jobResults.ts'
import type { JobOrder, JobProgress } from './messages.ts'

export interface WorkHooks {
  readonly signal: AbortSignal
  readonly onProgress: (progress: JobProgress) => void
}

/** Does one heavy job. @returns what `finishJob` takes over @throws UserError; the signal's reason when stopped */
export async function runJob(order: JobOrder, hooks: WorkHooks): Promise<unknown> {
  switch (order.request.kind) {
    case 'train':
      return trainHere(order, order.request, hooks)
    case 'choose':
      return chooseHere(order, hooks)
    case 'examine':
      return examineHere(order, hooks)
    case 'export':
      return exportHere(order, order.request.format)
    case 'guess-dir':
      return sortHere(order, hooks)
  }
}

async function trainHere(
  { tfFiles }: JobOrder,
  { preset }: Extract<JobRequest, { kind: 'train' }>,
  { signal, onProgress }: WorkHooks,
): Promise<TrainedHere> {
  const { train } = await import('../../jobs/train/train.ts')
  const started = Date.now()
  const model = await readModel(tfFiles).catch(() => undefined) // none yet, or damaged: the training mends that
  const result = await train(tfFiles, {
    ...trainingLike(model?.manifest, preset),
    signal,
    onEvent: event => tellOf(event, onProgress),
  })
  const seconds = (Date.now() - started) / 1000
  return { ...figuresOf(result), seconds, warnings: result.warnings, replaced: model?.manifest.head.sha256 }
}

function tellOf(event: TrainEvent, onProgress: WorkHooks['onProgress']): void {
  if ('done' in event) {
    onProgress({
      phase: event.kind,
      done: event.done,
      total: event.total,
      left: event.secondsLeft ?? null,
      ...('decoded' in event && event.toDecode > 0 && { decoded: { done: event.decoded, total: event.toDecode } }),
    })
  }
  if (event.kind === 'download') {
    onProgress({ phase: 'network', done: event.received, total: event.total ?? event.received })
  }
}

/** The figures of a training that the page shows. */
function figuresOf({
  manifest,
  assessment,
  predictions,
}: TrainResult): Omit<TrainedHere, 'seconds' | 'warnings' | 'replaced'> {
  const { labels } = manifest
  const evaluation = assessment?.evaluation
  const pictures = evaluation?.pictures ?? 0
  const wrong = predictions.filter(({ given, predicted }) => given !== predicted)
  return {
    labels,
    confusion: evaluation?.confusion ?? [],
    perCategory: (evaluation?.perCategory ?? []).map((figures, at) => ({
      label: labels[at]!,
      pictures: figures.pictures,
      right: figures.right,
      recall: figures.recall,
      recallInterval: [figures.recallInterval.low, figures.recallInterval.high],
      precision: figures.precision,
    })),
    curve: [
      ...(assessment?.curve?.points ?? []).map(point => ({ ...point, forecast: false })),
      ...(assessment?.curve?.forecast ?? []).map(point => ({ ...point, forecast: true })),
    ],
    scores: (manifest.certainty ?? []).map(point => ({
      score: point.threshold,
      precision: point.right / point.pictures,
      share: pictures === 0 ? 0 : point.pictures / pictures,
    })),
    mistakes: wrong.map(({ path, given, predicted, score }) => ({
      path,
      given: labels[given]!,
      predicted: labels[predicted]!,
      score,
    })),
    names: Object.fromEntries(predictions.map(({ path, predicted }) => [path, labels[predicted]!])),
  }
}

async function chooseHere({ tfFiles }: JobOrder, { signal, onProgress }: WorkHooks): Promise<ChooseOutcome> {
  const { train } = await import('../../jobs/train/train.ts')
  const { choice } = await train(tfFiles, {
    backbone: 'auto',
    signal,
    onEvent: event => tellOf(event, onProgress),
  })
  const chosen = choice?.candidates[choice.chosen]
  return { kind: 'choose', backbone: chosen?.backbone ?? '', reason: choice?.endedEarly ? 'None can be better.' : '' }
}

async function examineHere({ tfFiles }: JobOrder, { signal, onProgress }: WorkHooks) {
  const { examine } = await import('../../jobs/doctor/doctor.ts')
  const onEvent = ({ kind, done, total }: { kind: string; done: number; total: number }) =>
    onProgress({ phase: kind, done, total })
  return (await examine(tfFiles, { signal, onEvent })).findings
}

async function exportHere({ tfFiles, exports }: JobOrder, format: ExportKind): Promise<ExportOutcome> {
  const { exportModel } = await import('../../jobs/export/export.ts')
  const folder = await newFolder(exports, format)
  // The page is what TensorFlow.js comes with.
  const { files } = await exportModel(tfFiles, { format: format === 'page' ? 'tfjs' : format, to: folder })
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return { kind: 'export', format, folder: `exports/${basename(folder)}`, bytes, files: files.length }
}

async function sortHere({ tfFiles, unlabeled, exports }: JobOrder, hooks: WorkHooks): Promise<SortOutcome> {
  const { loadModel } = await import('../../jobs/guess/loadModel.ts')
  const { guessDir } = await import('../../jobs/guess/guessDir.ts')
  const model = await loadModel(tfFiles)
  const folder = await newFolder(exports, 'sorted')
  const { counts, failed } = await guessDir(model, unlabeled, folder, {
    signal: hooks.signal,
    onEvent: event => {
      if (event.kind === 'named' || event.kind === 'failed') {
        hooks.onProgress({ phase: 'naming', done: event.done, total: event.total })
      }
    },
  })
  return { kind: 'guess-dir', folder: `exports/${basename(folder)}`, counts, failed: failed.length }
}

/** `exports/onnx-2026-11-26`, then `…-2`: an export is never written into another. */
async function newFolder(exports: string, kind: string): Promise<string> {
  await mkdir(exports, { recursive: true })
  const taken = new Set(await readdir(exports))
  const name = `${kind}-${new Date().toISOString().slice(0, 10)}`
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`
    if (!taken.has(candidate)) return join(exports, candidate)
  }
}
