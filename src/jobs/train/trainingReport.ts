import { basename, resolve } from 'node:path'
import { DEFAULT_BACKBONE } from '../../backbone/catalog.ts'
import { DEFAULT_FRACTIONS } from '../../dataset/split.ts'
import type { Engine } from '../../engine/engine.ts'
import { DEFAULT_HEAD_OPTIONS } from '../../head/options.ts'
import { DEFAULT_LIMITS } from '../../image/limits.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { ReportData } from '../../report/reportData.ts'
import { quoted } from '../../text.ts'
import type { TrainOptions, TrainResult } from './options.ts'
import type { Prepared } from './prepare.ts'

/** The report of a training, from what the training returns: the page shows the same figures as `--json`. */
export function trainingReport(
  prepared: Prepared,
  engine: Engine,
  options: TrainOptions,
  { manifest, predictions, assessment, test, history }: Omit<TrainResult, 'report' | 'warnings'>,
): ReportData | undefined {
  if (assessment === undefined) return undefined
  return {
    title: basename(resolve(prepared.layout.root)),
    categories: prepared.categories,
    pictures: predictions,
    evaluation: assessment.evaluation,
    basis: { kind: 'cross-validation', folds: manifest.options.folds },
    test,
    calibration: {
      temperature: assessment.temperature,
      before: assessment.uncalibrated.calibration.error,
      after: assessment.evaluation.calibration.error,
    },
    history,
    curve: assessment.curve,
    doubts: assessment.doubts,
    duplicates: assessment.duplicates,
    outliers: assessment.outliers,
    separation: assessment.familiarity.separation,
    certainty: manifest.certainty,
    skipped: manifest.skipped.map(({ relative, reason }) => ({ path: relative, reason })),
    recipe: { command: commandOf(prepared.layout.root, manifest, options), settings: settingsOf(manifest, engine) },
  }
}

/** The command line that does the same again; what is as usual is left out. */
function commandOf(tfFiles: string, { options: head, backbones }: Manifest, options: TrainOptions): string {
  const usual: Record<string, unknown> = {
    ...DEFAULT_HEAD_OPTIONS,
    ...DEFAULT_FRACTIONS,
    ...DEFAULT_LIMITS,
    backbone: DEFAULT_BACKBONE,
    engine: 'auto',
  }
  const unlessUsual = (name: string, value: unknown) => (value === usual[name] ? undefined : value)
  const flags = Object.entries({
    backbone: options.backbone && unlessUsual('backbone', options.backbone),
    'input-size': options.inputSize,
    resize: options.resize && backbones[0]?.recipe.resize,
    mean: options.mean,
    scale: options.scale,
    input: options.input,
    bottleneck: options.bottleneck,
    augment: head.augment,
    steps: unlessUsual('steps', head.steps),
    batch: unlessUsual('batch', head.batch),
    'learning-rate': unlessUsual('learningRate', head.learningRate),
    folds: unlessUsual('folds', head.folds),
    validation: unlessUsual('validation', head.validation),
    test: unlessUsual('test', head.test),
    seed: head.seed,
    engine: options.engine && unlessUsual('engine', options.engine),
    'max-pixels': options.limits?.maxPixels && unlessUsual('maxPixels', options.limits.maxPixels),
    'allow-truncated': options.limits?.allowTruncated ? true : undefined,
  }).flatMap(([name, value]) => {
    if (value === undefined) return []
    return value === true ? [`--${name}`] : [`--${name} ${quoted(String(value))}`]
  })
  return ['itc train', quoted(tfFiles), ...flags].join(' ')
}

function settingsOf({ itc, backbones, options, counts }: Manifest, engine: Engine): [name: string, value: string][] {
  return [
    ['itc', itc],
    ['Node.js', process.versions.node],
    ['Engine', `${engine.name} ${engine.version}`],
    ...backbones.map(({ name, recipe, weightsSha256 }): [string, string] => {
      return ['Backbone', `${name}, ${recipe.size} px, ${recipe.resize}, sha256 ${weightsSha256.slice(0, 16)}`]
    }),
    ['Steps', String(options.steps)],
    ['Pictures a step', String(options.batch)],
    ['Learning rate', String(options.learningRate)],
    ['Seed', String(options.seed)],
    ['Training, validation, test', `${counts.train}, ${counts.validation}, ${counts.test} pictures`],
  ]
}
