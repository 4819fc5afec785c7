import * as v from 'valibot'

export { array, literal, looseObject, nullable, optional, picklist, tuple, union, unknown } from 'valibot'

/** What a value read from a file must look like. More fields than it names are let through: newer versions add some. */
export type Schema<T = unknown> = v.GenericSchema<unknown, T>

// Each message ends the sentence that begins with the value's place: "backbones.0.features is …".
export const text = v.string('is no text')
export const name = v.pipe(text, v.minLength(1, 'is empty'))
export const flag = v.boolean('is neither true nor false')
export const sha256 = v.pipe(text, v.regex(/^[0-9a-f]{64}$/, 'is no checksum'))
/** JSON has no NaN, but 1e999 reads as infinity. */
export const number = v.pipe(v.number('is no number'), v.finite('is no number'))
export const share = between(0, 1)
export const whole = v.pipe(number, v.safeInteger('is no whole number'), v.minValue(0, 'is below 0'))
export const positive = v.pipe(whole, v.minValue(1, 'is not above 0'))

/** @param least and @param most are allowed too */
export function between(least: number, most: number) {
  const message = `is not between ${least} and ${most}`
  return v.pipe(number, v.minValue(least, message), v.maxValue(most, message))
}

/** Objects whose keys are anybody's words: a category may be called `constructor`. */
export function dictionary(value: Schema) {
  return v.custom<Readonly<Record<string, unknown>>>(
    given =>
      typeof given === 'object' &&
      given !== null &&
      !Array.isArray(given) &&
      Object.values(given).every(each => v.is(value, each)),
    'is not as it was written',
  )
}

/** Whatever its fields hold: each is looked at by itself. */
export const anyObject = dictionary(v.unknown())

/**
 * Whether a value has the schema's form. It is taken as it is, with all that the schema does not name.
 *
 * @param because with a message that follows the value's place, as those above
 */
export function satisfying<S extends Schema>(schema: S, isSo: (value: v.InferOutput<S>) => boolean, because: string) {
  return v.pipe(schema, v.check(isSo, because))
}

export function fits<T>(schema: Schema, value: unknown): value is T {
  return v.is(schema, value)
}

/** What is wrong with a value, as words that follow "it says that": "labels.1 is no text"; undefined for a sound one. */
export function problemWith(schema: Schema, value: unknown): string | undefined {
  const { issues } = v.safeParse(schema, value, { abortEarly: true })
  const issue = issues?.[0]
  if (issue === undefined) return undefined
  const message = /^is /.test(issue.message) ? issue.message : 'is not as it was written'
  return `${v.getDotPath(issue) ?? 'it'} ${issue.received === 'undefined' ? 'is missing' : message}`
}
