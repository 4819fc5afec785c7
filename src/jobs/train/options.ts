import { LAYERS, type Layers } from '../../backbone/backbone.ts'
import { PRESET_NAMES, PRESETS, type Preset } from '../../backbone/catalog.ts'
import { DEFAULT_FRACTIONS, type Fractions } from '../../dataset/split.ts'
import type { EngineChoice } from '../../engine/load.ts'
import { UserError, unexpected } from '../../errors.ts'
import { type HeadOptions, resolveHeadOptions } from '../../head/options.ts'
import { type DecodeLimits, limitsWith } from '../../image/limits.ts'
import type { Resize } from '../../image/recipe.ts'
import type { PictureOptions } from '../../model/pictures.ts'
import type { TrainEvent } from './events.ts'
import { checkMinAccuracy } from './minAccuracy.ts'

/** What may be chosen for a training; everything has a default. */
export interface TrainOptions extends Partial<HeadOptions>, Partial<Fractions> {
  /** A name of the catalog, a graph's path or address, several joined by `+`, or `auto` to have it chosen. */
  readonly backbone?: string
  /** Networks by how much time they may take; `fast` unless given. Not together with `backbone`. */
  readonly preset?: Preset
  /** Which features a bottleneck is made of; `many` unless given, `last` for a head that is a softmax alone. */
  readonly layers?: Layers
  /** Side of the network's input in pixels; the network's own unless given. */
  readonly inputSize?: number
  readonly resize?: Resize
  /** For a graph of one's own: the network sees `(value - mean) / scale`; one figure, or red, green and blue. */
  readonly mean?: number | readonly number[]
  readonly scale?: number | readonly number[]
  /** For a graph of one's own: its nodes that take the pictures and give the bottleneck. */
  readonly input?: string
  readonly bottleneck?: string
  readonly engine?: EngineChoice
  /** Folders of category folders, instead of `data` in the working folder; what is called the same is one category. */
  readonly data?: string | readonly string[]
  /** Where `itc features` wrote bottlenecks, instead of pictures: a folder or `s3://BUCKET/FOLDER/`. */
  readonly features?: string
  /** Takes links to folders for folders; links to pictures are pictures in any case. */
  readonly followLinks?: boolean
  readonly limits?: Partial<DecodeLimits>
  /** Flipped and cropped variants of each picture to train on beside it; 0 unless given. */
  readonly augment?: number
  /** Makes any skipped picture an error, before anything is written. */
  readonly strict?: boolean
  /** Cross-validated accuracy below which the training fails: nothing is written, and the previous model stays. */
  readonly minAccuracy?: number
  /** Writes `tf_files/report.html`; true unless given. Without cross-validation there is none. */
  readonly report?: boolean
  /** Folder that gets the training curves for TensorBoard. */
  readonly summariesDir?: string
  readonly onEvent?: (event: TrainEvent) => void
  readonly signal?: AbortSignal
}

/** The network that was asked for. What is undefined is as the network itself has it. */
interface NetworkOptions
  extends Pick<TrainOptions, 'inputSize' | 'resize' | 'mean' | 'scale' | 'input' | 'bottleneck'> {
  readonly backbone: string
  readonly layers: Layers
}

/** The options of a training, checked and complete. */
export interface ResolvedTrainOptions {
  readonly network: NetworkOptions
  readonly engine: EngineChoice
  readonly pictures: PictureOptions
  readonly features: string | undefined
  readonly limits: DecodeLimits
  readonly head: HeadOptions
  readonly fractions: Fractions
  readonly augment: number
  readonly strict: boolean
  readonly minAccuracy: number | undefined
  readonly report: boolean
  readonly summariesDir: string | undefined
  readonly onEvent: (event: TrainEvent) => void
  readonly signal: AbortSignal | undefined
}

/** More variants would only be the same pictures again. */
const MOST_VARIANTS = 50

/** Fills in defaults. @throws UserError naming the option that can't be so, before anything is computed */
export function resolveTrainOptions(given: TrainOptions): ResolvedTrainOptions {
  const { inputSize, resize, mean, scale, input, bottleneck } = given
  const head = resolveHeadOptions(given)
  const backbone = backboneOf(given)
  const layers = layersFor(given, head)
  checkAugment(given.augment)
  checkMinAccuracy(given.minAccuracy, head.folds)
  return {
    network: {
      backbone,
      layers,
      inputSize,
      resize,
      mean,
      scale,
      input,
      bottleneck,
    },
    engine: given.engine ?? 'auto',
    pictures: { data: given.data, followLinks: given.followLinks },
    features: featuresFor(given, backbone),
    limits: limitsWith(given.limits),
    head,
    fractions: {
      validation: given.validation ?? DEFAULT_FRACTIONS.validation,
      test: given.test ?? DEFAULT_FRACTIONS.test,
    },
    augment: given.augment ?? 0,
    strict: given.strict ?? false,
    minAccuracy: given.minAccuracy,
    // A page without its pictures would tell little.
    report: given.features === undefined && (given.report ?? true),
    summariesDir: given.summariesDir,
    onEvent: given.onEvent ?? (() => undefined),
    signal: given.signal,
  }
}

function backboneOf({ backbone, preset }: TrainOptions): string {
  if (preset !== undefined && !PRESET_NAMES.includes(preset)) {
    throw unexpected('preset', `one of ${PRESET_NAMES.join(', ')}`, preset)
  }
  if (backbone !== undefined && preset !== undefined) {
    throw new UserError(
      'E_BAD_VALUE',
      "--backbone and --preset can't both be given: a preset is a choice of backbones.",
      {
        hint: `--preset ${preset} is --backbone ${PRESETS[preset]}.`,
      },
    )
  }
  return backbone ?? PRESETS[preset ?? 'fast']
}

/** retrain.py's recipe reads the last features. */
function layersFor({ layers }: TrainOptions, { head }: HeadOptions): Layers {
  if (layers === undefined) return head === 'softmax' ? 'last' : 'many'
  if (LAYERS.includes(layers)) return layers
  throw unexpected('layers', `one of ${LAYERS.join(', ')}`, layers)
}

/** What needs the pictures themselves does not go together with their features. */
function featuresFor({ features, data, augment = 0 }: TrainOptions, backbone: string): string | undefined {
  if (features === undefined) return undefined
  const [other] = [data && '--data', augment > 0 && '--augment', backbone === 'auto' && '--backbone auto'].filter(
    Boolean,
  )
  if (other === undefined) return features
  throw new UserError('E_BAD_VALUE', `${other} can't be given together with --features.`, {
    hint: 'It needs the pictures themselves; --features has only what was computed of them.',
  })
}

function checkAugment(count: number | undefined): void {
  if (count === undefined || (Number.isInteger(count) && count >= 0 && count <= MOST_VARIANTS)) return
  throw unexpected('augment', `a whole number from 0 to ${MOST_VARIANTS}`, count)
}
