import { UserError } from '../errors.ts'
import { type Fractions, type Split, type SplitExample, splitExamples } from './split.ts'

/**
 * Splits pictures as their folders say. A part that no folder gives is drawn from those to train on; where none gives any,
 * all is drawn.
 *
 * @param given what each picture's folder says, [examples]
 * @returns one part an example, [examples]
 * @throws UserError `E_EMPTY_CATEGORY` for a category without pictures to train on; what `splitExamples` throws
 */
export function splitAsGiven(
  examples: readonly SplitExample[],
  given: readonly (Split | undefined)[],
  fractions: Fractions,
  nameOf: (label: number | string) => string,
): Split[] {
  const left = [...given.keys()].filter(row => given[row] === undefined || given[row] === 'train')
  const drawn = splitExamples(
    left.map(row => examples[row]!),
    {
      validation: given.includes('validation') ? 0 : fractions.validation,
      test: given.includes('test') ? 0 : fractions.test,
    },
    nameOf,
  )
  const learnt = new Set(left.map(row => examples[row]!.label))
  const untaught = examples.find(({ label }) => !learnt.has(label))
  if (untaught) {
    throw new UserError('E_EMPTY_CATEGORY', `Category "${nameOf(untaught.label)}" has no pictures to train on.`, {
      hint: 'Its pictures all lie in the folders for validation and testing: put some into the one for training.',
    })
  }
  const splits: Split[] = given.map(split => split ?? 'train')
  for (const [at, row] of left.entries()) splits[row] = drawn[at]!
  return splits
}

/** How many pictures to test on, as their folders say, are also among those to train on, byte for byte. */
export function learntToo(examples: readonly SplitExample[], given: readonly (Split | undefined)[]): number {
  const learnt = new Set(examples.filter((_, row) => given[row] === 'train').map(({ hash }) => hash))
  return examples.filter(({ hash }, row) => given[row] === 'test' && learnt.has(hash)).length
}
