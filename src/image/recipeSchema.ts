import { looseObject, number, picklist, positive, satisfying, tuple } from '../schema.ts'
import { RESIZES } from './recipe.ts'

/** Wider inputs than any network's: a picture would take hundreds of megabytes. */
const LARGEST_SIDE = 2048
const divisor = satisfying(number, value => value !== 0, 'is 0')

/** A recipe in a file. */
export const recipeSchema = looseObject({
  size: satisfying(positive, size => size <= LARGEST_SIDE, `is above ${LARGEST_SIDE}`),
  resize: picklist(RESIZES, 'is no way to resize'),
  mean: tuple([number, number, number]),
  scale: tuple([divisor, divisor, divisor]),
})
