import { basename, resolve } from 'node:path'
import type { Backbone } from '../../backbone/backbone.ts'
import type { Engine } from '../../engine/engine.ts'
import { isHalved } from '../../head/space.ts'
import type { ModelFacts } from '../../model/write.ts'
import type { ReportData } from '../../report/reportData.ts'
import { VERSION } from '../../version.ts'
import { SPOILT_REMEDY, spoiltText } from '../doctor/spoilt.ts'
import { commandOf } from './command.ts'
import type { TrainResult } from './result.ts'
import type { TrainingRun } from './run.ts'

/** What a report tells of the model itself. */
interface Reported {
  readonly facts: ModelFacts
  readonly backbones: readonly Backbone[]
  readonly categories: readonly string[]
}

/** The report of a training, from what the training returns: the page shows the same figures as `--json`. */
export function trainingReport(
  { layout, options }: TrainingRun,
  engine: Engine,
  { facts, backbones, categories }: Reported,
  {
    predictions,
    assessment,
    test,
    history,
    refusals,
    spoilt,
    short,
  }: Omit<
    TrainResult,
    'folder' | 'manifest' | 'misclassified' | 'conflicts' | 'cached' | 'changed' | 'report' | 'warnings'
  >,
): ReportData | undefined {
  if (assessment === undefined) return undefined
  return {
    title: basename(resolve(layout.root)),
    categories,
    pictures: predictions,
    evaluation: assessment.evaluation,
    basis: { kind: 'cross-validation', folds: facts.options.folds },
    test,
    calibration: {
      temperature: assessment.temperature,
      before: assessment.uncalibrated.calibration.error,
      after: assessment.evaluation.calibration.error,
    },
    history,
    curve: assessment.curve,
    doubts: spoilt.length > 0 ? undefined : assessment.doubts,
    spoilt: spoilt.map(each => `${spoiltText(each)}. ${SPOILT_REMEDY}`),
    duplicates: assessment.duplicates,
    outliers: assessment.outliers,
    separation: assessment.familiarity.separation,
    certainty: facts.certainty,
    refusals,
    short,
    skipped: facts.skipped.map(({ relative, reason }) => ({ path: relative, reason })),
    recipe: { command: commandOf(layout.root, options), settings: settingsOf(facts, backbones, engine) },
  }
}

function settingsOf(
  { options, counts }: ModelFacts,
  backbones: readonly Backbone[],
  engine: Engine,
): [name: string, value: string][] {
  const pictured = Object.values(counts.categories).filter(count => count > 0).length
  return [
    ['itc', VERSION],
    ['Node.js', process.versions.node],
    ['Engine', `${engine.name} ${engine.version}`],
    ...backbones.map(({ name, recipe, sha256 }): [string, string] => {
      return ['Backbone', `${name}, ${recipe.size} px, ${recipe.resize}, sha256 ${sha256.slice(0, 16)}`]
    }),
    ['Features', featuresOf(backbones)],
    [
      'Head',
      options.head === 'mixed' && isHalved(counts.train, pictured) ? 'half softmax, half discriminant' : 'softmax',
    ],
    ['Steps', String(options.steps)],
    ['Pictures a step', String(options.batch)],
    ['Learning rate', String(options.learningRate)],
    ['Seed', String(options.seed)],
    ['Training, validation, test', `${counts.train}, ${counts.validation}, ${counts.test} pictures`],
  ]
}

/** What the bottlenecks are made of, network by network. */
function featuresOf(backbones: readonly Backbone[]): string {
  const each = backbones.map(({ features, inner = [] }) => {
    return inner.length === 0 ? `${features} (last layer)` : `${features} (last layer and ${inner.length} inner ones)`
  })
  return each.join(', ')
}
