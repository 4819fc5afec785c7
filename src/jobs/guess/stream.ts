import { unlessAborted } from '../../flow/unlessAborted.ts'
import type { ClassifyOptions, Guess, Model, PictureSource } from '../../model/model.ts'

/** Pictures of a group at most: so few that answers are steady. */
export const GROUP = 64
/** Groups under way: while the engine runs one, the next one's pictures are decoded. */
const UNDER_WAY = 2

/** A picture to be named, and what it is called in the answer. */
export interface StreamPicture {
  readonly picture: string
  readonly source: PictureSource
}

/** A picture's name in the list, and what the model makes of it. */
export interface StreamGuess {
  readonly picture: string
  readonly guess: Guess
}

/**
 * Names pictures as they come, in order. An answer never waits for a group that has not come yet, and no group is taken
 * before two ahead of it are answered and the answers taken: memory stays bounded, however many there are.
 *
 * @param options.pictures how many are to come, where that is known
 * @throws the signal's reason when aborted, even while nothing comes
 */
export async function* guessStream(
  model: Pick<Model, 'guessAll'>,
  groups: AsyncIterable<readonly StreamPicture[]>,
  options: ClassifyOptions = {},
): AsyncGenerator<StreamGuess> {
  const { signal } = options
  let come = 0
  const begin = (group: readonly StreamPicture[]): Promise<StreamGuess[]> => {
    come += group.length
    const answers = answer(model, group, { ...options, pictures: options.pictures ?? come })
    answers.catch(() => undefined) // heard when its turn comes
    return answers
  }
  const arriving = groups[Symbol.asyncIterator]()
  const underWay: Promise<StreamGuess[]>[] = []
  let next: Promise<Arrival> | undefined = arrival(arriving)
  let failure: Failed | undefined
  try {
    for (;;) {
      const oldest = underWay[0]
      const awaited = underWay.length < UNDER_WAY ? next : undefined
      if (oldest === undefined && awaited === undefined) break
      const first = await unlessAborted(firstOf(oldest, awaited), signal)
      if (first === 'answered') yield* await underWay.shift()!
      else if (first === 'end' || 'error' in first) {
        next = undefined
        if (first !== 'end') failure = first
      } else {
        underWay.push(begin(first.group))
        next = arrival(arriving)
      }
    }
  } finally {
    arriving.return?.().catch(() => undefined)
    await Promise.allSettled(underWay) // nothing of it goes on when the caller frees the model
  }
  if (failure) throw failure.error
}

/** A failure of the list waits for the answers to what came before. */
interface Failed {
  readonly error: unknown
}
type Arrival = { readonly group: readonly StreamPicture[] } | Failed | 'end'

async function arrival(groups: AsyncIterator<readonly StreamPicture[]>): Promise<Arrival> {
  try {
    const { done, value } = await groups.next()
    return done ? 'end' : { group: value }
  } catch (error) {
    return { error }
  }
}

/** Which is there first: the answers, or the next group; the answers where both are. */
function firstOf(
  answers: Promise<unknown> | undefined,
  next: Promise<Arrival> | undefined,
): Promise<'answered' | Arrival> {
  const answered = answers?.then(() => 'answered' as const)
  return Promise.race([...(answered ? [answered] : []), ...(next ? [next] : [])])
}

async function answer(
  model: Pick<Model, 'guessAll'>,
  group: readonly StreamPicture[],
  options: ClassifyOptions,
): Promise<StreamGuess[]> {
  const answers: StreamGuess[] = []
  const sources = group.map(({ source }) => source)
  for await (const guess of model.guessAll(sources, options)) {
    answers.push({ picture: group[answers.length]!.picture, guess })
  }
  return answers
}
