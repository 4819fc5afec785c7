import type { CatalogEntry } from './entry.ts'
import { stretched } from './entry.ts'
import { MOBILENET_V1_ARCHIVES } from './mobilenetV1.ts'

/** Part of the package: no network is needed for these. The first one is the default. */
const BUNDLED: readonly CatalogEntry[] = [
  {
    name: 'mobilenet_v1',
    aliases: [],
    source: { kind: 'bundled', folder: 'mobilenet_v1' },
    sha256: 'cc1ae54f20c8d30fe88c7305e4c00237dcea97758c32f4dc664e2f611c57c068',
    recipe: stretched(224, 127.5, 127.5),
    input: 'input',
    bottleneck: 'MobilenetV1/Logits/AvgPool_1a/AvgPool',
    logits: 'MobilenetV1/Predictions/Reshape',
    features: 1024,
    inner: [512, 512, 512, 1024],
    top1: 70.7,
    licence: 'Apache-2.0',
    megabytes: 8.6,
  },
  {
    name: 'efficientnet_lite0',
    aliases: [],
    source: { kind: 'bundled', folder: 'efficientnet_lite0' },
    sha256: 'f8222ce016e311e5799b132db8233625125b7cf15733b5a62953e3eaba2f6ac3',
    recipe: stretched(224, 127, 128),
    input: 'input',
    bottleneck: 'features',
    logits: 'logits',
    features: 1280,
    inner: [80, 112, 192, 192, 320],
    top1: 75.1,
    licence: 'Apache-2.0',
    megabytes: 9.5,
  },
  {
    name: 'efficientnet_lite2',
    aliases: [],
    source: { kind: 'bundled', folder: 'efficientnet_lite2' },
    sha256: 'a6760fc6a25ce20b317afc2adeaf9c2171b83337e72d12129ec55ecc7d826966',
    recipe: stretched(260, 127, 128),
    input: 'input',
    bottleneck: 'features',
    logits: 'logits',
    features: 1280,
    inner: [88, 120, 120, 208, 208, 352],
    top1: 77.6,
    licence: 'Apache-2.0',
    megabytes: 12.6,
  },
]

/** The archives that tutorials of the time tell to download. */
const ARCHIVES: readonly CatalogEntry[] = [
  {
    name: 'inception_v3_2016',
    aliases: ['inception_v3', 'inception_v3_2016_08_28', 'inception_v3_2016_08_28_frozen'],
    source: {
      kind: 'download',
      address: 'https://storage.googleapis.com/download.tensorflow.org/models/inception_v3_2016_08_28_frozen.pb.tar.gz',
    },
    sha256: '7045b72a954af4dce36346f478610acdccbf149168fa25c78e54e32f0c723d6d',
    recipe: stretched(299, 127.5, 127.5),
    input: 'input',
    bottleneck: 'InceptionV3/Logits/AvgPool_1a_8x8/AvgPool',
    logits: 'InceptionV3/Logits/SpatialSqueeze',
    features: 2048,
    top1: 78.0,
    licence: 'Apache-2.0',
    megabytes: 88.7,
  },
  {
    // What retrain.py called inception_v3. Its nodes up to Mul decode, resize and scale one JPEG: they are cut off.
    name: 'inception_v3_2015',
    aliases: ['inception-2015-12-05', 'inception_2015_12_05'],
    source: {
      kind: 'download',
      address: 'https://storage.googleapis.com/download.tensorflow.org/models/image/imagenet/inception-2015-12-05.tgz',
    },
    sha256: undefined,
    recipe: stretched(299, 128, 128),
    input: 'Mul',
    bottleneck: 'pool_3',
    logits: 'softmax/logits',
    features: 2048,
    top1: 78.8,
    licence: 'Apache-2.0',
    megabytes: 88.9,
  },
  {
    name: 'mobilenet_v2_1.0_224',
    aliases: ['mobilenet_v2'],
    source: {
      kind: 'download',
      address: 'https://storage.googleapis.com/mobilenet_v2/checkpoints/mobilenet_v2_1.0_224.tgz',
    },
    sha256: '318084bc1b63d6d7b854553e09cdf77078b1c0168be27c59a0d44253b5ed49dc',
    recipe: stretched(224, 127.5, 127.5),
    input: 'input',
    bottleneck: 'MobilenetV2/Logits/AvgPool',
    logits: 'MobilenetV2/Logits/Squeeze',
    features: 1280,
    top1: 71.8,
    licence: 'Apache-2.0',
    megabytes: 78.3,
  },
]

/** Every network that has a name, bundled ones first. */
export const CATALOG: readonly CatalogEntry[] = [...BUNDLED, ...ARCHIVES, ...MOBILENET_V1_ARCHIVES]

/** Of those that are part of the package. */
export const BUNDLED_NAMES: readonly string[] = BUNDLED.map(entry => entry.name)

/** The fastest, and within a point of the others on small sets. */
export const DEFAULT_BACKBONE = 'mobilenet_v1'

/** Networks that are worth their time: each takes about twice that of the one before, and is better on most pictures. */
export const PRESETS = {
  fast: DEFAULT_BACKBONE,
  good: 'mobilenet_v1+efficientnet_lite0',
  best: 'mobilenet_v1+efficientnet_lite0+efficientnet_lite2',
} as const
export type Preset = keyof typeof PRESETS
export const PRESET_NAMES = Object.keys(PRESETS) as [Preset, ...Preset[]]

/** Whether every network that a specification names is part of the package: nothing is downloaded for it. */
export function isBundled(spec: string): boolean {
  return spec.split('+').every(name => BUNDLED_NAMES.includes(name.toLowerCase()))
}

/** The entry of a name or alias, in any case; undefined for an unknown one. */
export function catalogEntry(name: string): CatalogEntry | undefined {
  const wanted = name.toLowerCase()
  return CATALOG.find(entry => entry.name === wanted || entry.aliases.includes(wanted))
}
