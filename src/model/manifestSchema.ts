import { blocksOf } from '../backbone/backbone.ts'
import { HEADS } from '../head/options.ts'
import { recipeSchema } from '../image/recipeSchema.ts'
import * as is from '../schema.ts'

/** A manifest may come from anywhere: its files lie beside it and nowhere else. */
const fileName = is.satisfying(is.text, name => /^[\w+-][\w.+-]*$/.test(name), 'is no name of a file beside it')
const file = { file: fileName, sha256: is.sha256 }

const backbone = is.satisfying(
  is.looseObject({
    ...file,
    name: is.name,
    weightsSha256: is.name,
    features: is.positive,
    inner: is.optional(is.array(is.positive)),
    recipe: recipeSchema,
  }),
  ({ features, inner = [] }) => blocksOf({ features, inner })[0]! > 0,
  'is too short for its inner layers',
)

/** Beyond any model's: logarithms of tails reach far where pictures are all but equal. */
const energy = is.between(-1e18, 1e18)
const deviation = is.between(1e-9, 1e9)
const familiarity = is.looseObject({
  ...file,
  rows: is.whole,
  rule: is.looseObject({
    energyWeight: is.share,
    threshold: energy,
    cosine: is.looseObject({ mean: is.between(-2, 2), deviation }),
    energy: is.looseObject({ mean: energy, deviation }),
  }),
})

const certainty = is.looseObject({ threshold: is.share, pictures: is.whole, right: is.whole })
const graph = is.union([
  is.looseObject({ without: is.text }),
  is.looseObject({
    sha256: is.sha256,
    backbones: is.looseObject({ bytes: is.whole, sha256: is.sha256 }),
    bottlenecks: is.array(is.name),
  }),
])

const options = is.looseObject({
  head: is.optional(is.picklist(HEADS, 'is no kind of head')),
  steps: is.whole,
  batch: is.whole,
  learningRate: is.number,
  seed: is.number,
  folds: is.whole,
  validation: is.share,
  test: is.share,
  augment: is.optional(is.whole),
})

const counts = is.looseObject({
  train: is.whole,
  validation: is.whole,
  test: is.whole,
  skipped: is.whole,
  categories: is.dictionary(is.whole),
})

const measured = {
  pictures: is.whole,
  right: is.whole,
  accuracy: is.nullable(is.share),
  interval: is.looseObject({ low: is.share, high: is.share }),
}
const metrics = is.looseObject({
  test: is.optional(is.looseObject(measured)),
  validation: is.optional(is.looseObject(measured)),
  crossValidation: is.optional(is.looseObject({ ...measured, folds: is.whole })),
})

/** All that is read of `manifest.json`, beyond its format. */
export const manifestSchema = is.looseObject({
  itc: is.text,
  labels: is.satisfying(
    is.satisfying(is.array(is.name), ({ length }) => length > 0, 'is empty'),
    labels => new Set(labels).size === labels.length,
    'is not all different',
  ),
  backbones: is.satisfying(is.array(backbone), ({ length }) => length > 0, 'is empty'),
  head: is.looseObject({ ...file, normalised: is.optional(is.flag) }),
  engine: is.text,
  options,
  pictures: is.optional(is.looseObject({ folders: is.array(is.text), followLinks: is.flag })),
  counts,
  metrics,
  temperature: is.between(1e-9, 1e9),
  certainty: is.optional(is.satisfying(is.array(certainty), ({ length }) => length > 0, 'is empty')),
  familiarity: is.optional(familiarity),
  graph: is.optional(graph),
  skipped: is.array(is.looseObject({ relative: is.text, reason: is.text })),
})
