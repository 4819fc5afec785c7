import { FINDING_KINDS } from '../jobs/doctor/findings.ts'
import * as is from '../schema.ts'

const figure = is.nullable(is.number)
const interval = is.tuple([is.number, is.number])

const modelState = is.looseObject({
  id: is.optional(is.text),
  accuracy: figure,
  interval: is.nullable(interval),
  pictures: is.whole,
  labels: is.array(is.text),
  trainedAt: is.text,
  stale: is.nullable(is.looseObject({ moved: is.whole, added: is.whole, gone: is.whole })),
})

const outcome = is.looseObject({
  kind: is.literal('train'),
  before: is.nullable(modelState),
  after: modelState,
  distinct: is.flag,
  renamed: is.whole,
  seconds: is.number,
  warnings: is.array(is.text),
})

const category = is.looseObject({
  label: is.text,
  pictures: is.whole,
  right: is.whole,
  recall: figure,
  recallInterval: interval,
  precision: figure,
})

/** What the last training found, as `studio/results.json` keeps it. */
export const trainedSchema = is.looseObject({
  labels: is.array(is.text),
  confusion: is.array(is.array(is.whole)),
  perCategory: is.array(category),
  curve: is.array(
    is.looseObject({ pictures: is.number, accuracy: is.number, low: is.number, high: is.number, forecast: is.flag }),
  ),
  scores: is.array(is.looseObject({ score: is.number, precision: figure, share: is.number })),
  mistakes: is.array(is.looseObject({ path: is.text, given: is.text, predicted: is.text, score: is.number })),
  names: is.dictionary(is.text),
  outcome,
})

const finding = is.looseObject({
  kind: is.picklist(FINDING_KINDS),
  path: is.text,
  what: is.text,
  remedy: is.text,
  others: is.optional(is.array(is.text)),
  looksLike: is.optional(is.text),
})

/** The same of the last examination. */
export const examinedSchema = is.looseObject({ at: is.text, findings: is.array(finding) })
