import { DEFAULT_BACKBONE } from '../../backbone/catalog.ts'
import { DEFAULT_FRACTIONS } from '../../dataset/split.ts'
import { DEFAULT_HEAD_OPTIONS } from '../../head/options.ts'
import { DEFAULT_LIMITS } from '../../image/limits.ts'
import { withoutSecrets } from '../../storage/address.ts'
import { quoted } from '../../text.ts'
import type { ResolvedTrainOptions, TrainOptions } from './options.ts'

/** What an option adds to a command line: flags with their values, `true` for a flag without one, undefined for none. */
type Flags = Readonly<Record<string, unknown>>

/** For options that do not change the model that comes of it. */
const noFlags = (): Flags => ({})

/** How every option of a training appears in the command that does the same again, in this order. */
const FLAGS: { readonly [Name in keyof TrainOptions]-?: (options: ResolvedTrainOptions) => Flags } = {
  backbone: ({ network }) => ({ backbone: unlessUsual(withoutSecrets(network.backbone), DEFAULT_BACKBONE) }),
  preset: noFlags, // what it stands for is said
  head: ({ head }) => ({ head: unlessUsual(head.head, DEFAULT_HEAD_OPTIONS.head) }),
  layers: ({ network, head }) => ({ layers: unlessUsual(network.layers, head.head === 'softmax' ? 'last' : 'many') }),
  inputSize: ({ network }) => ({ 'input-size': network.inputSize }),
  resize: ({ network }) => ({ resize: network.resize }),
  mean: ({ network }) => ({ mean: network.mean }),
  scale: ({ network }) => ({ scale: network.scale }),
  input: ({ network }) => ({ input: network.input }),
  bottleneck: ({ network }) => ({ bottleneck: network.bottleneck }),
  augment: ({ augment }) => ({ augment: unlessUsual(augment, 0) }),
  steps: ({ head }) => ({ steps: unlessUsual(head.steps, DEFAULT_HEAD_OPTIONS.steps) }),
  batch: ({ head }) => ({ batch: unlessUsual(head.batch, DEFAULT_HEAD_OPTIONS.batch) }),
  learningRate: ({ head }) => ({
    'learning-rate': unlessUsual(head.learningRate, DEFAULT_HEAD_OPTIONS.learningRate),
  }),
  folds: ({ head }) => ({ folds: unlessUsual(head.folds, DEFAULT_HEAD_OPTIONS.folds) }),
  validation: ({ fractions }) => ({ validation: unlessUsual(fractions.validation, DEFAULT_FRACTIONS.validation) }),
  test: ({ fractions }) => ({ test: unlessUsual(fractions.test, DEFAULT_FRACTIONS.test) }),
  seed: ({ head }) => ({ seed: head.seed }),
  data: ({ pictures }) => ({ data: pictures.data }),
  features: ({ features }) => ({ features }),
  followLinks: ({ pictures }) => ({ 'follow-links': pictures.followLinks || undefined }),
  engine: ({ engine }) => ({ engine: unlessUsual(engine, 'auto') }),
  limits: ({ limits }) => ({
    'max-pixels': unlessUsual(limits.maxPixels, DEFAULT_LIMITS.maxPixels),
    'max-avif-pixels': unlessUsual(limits.maxAvifPixels, DEFAULT_LIMITS.maxAvifPixels),
    'max-file-mb': unlessUsual(limits.maxFileBytes / 1e6, DEFAULT_LIMITS.maxFileBytes / 1e6),
    'max-memory-mb': unlessUsual(limits.maxMemoryBytes / 1e6, DEFAULT_LIMITS.maxMemoryBytes / 1e6),
    'allow-truncated': unlessUsual(limits.allowTruncated, DEFAULT_LIMITS.allowTruncated),
  }),
  strict: noFlags,
  minAccuracy: noFlags,
  report: noFlags,
  summariesDir: noFlags,
  onEvent: noFlags,
  signal: noFlags,
}

/** The command line that does the same training again; what is as usual is left out. */
export function commandOf(tfFiles: string, options: ResolvedTrainOptions): string {
  const flags = Object.values(FLAGS)
    .flatMap(flagsOf => Object.entries(flagsOf(options)))
    .flatMap(([name, value]) => {
      if (value === undefined) return []
      return [value].flat().map(each => (each === true ? `--${name}` : `--${name} ${quoted(String(each))}`))
    })
  return ['itc train', quoted(tfFiles), ...flags].join(' ')
}

function unlessUsual<T>(value: T, usual: T): T | undefined {
  return value === usual ? undefined : value
}
