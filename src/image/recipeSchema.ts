import { looseObject, number, picklist, positive, satisfying, tuple } from '../schema.ts'
import { LARGEST_SIDE, RESIZES } from './recipe.ts'

const divisor = satisfying(number, value => value !== 0, 'is 0')

/** A recipe in a file. */
export const recipeSchema = looseObject({
  size: satisfying(positive, size => size <= LARGEST_SIDE, `is above ${LARGEST_SIDE}`),
  resize: picklist(RESIZES, 'is no way to resize'),
  mean: tuple([number, number, number]),
  scale: tuple([divisor, divisor, divisor]),
})
