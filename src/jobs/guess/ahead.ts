import type { ClassifyOptions, Guess, Model } from '../../model/model.ts'

/** As much of a model as naming needs. */
export type NamingModel = Pick<Model, 'labels' | 'guessAll'>

/** Pictures asked for at a time: so few that progress is steady and a stop loses little. */
const CHUNK = 64

/** Names pictures, in order; the next chunk's are read and decoded while the engine runs those of the one before. */
export async function* guessAhead(
  model: NamingModel,
  paths: readonly string[],
  options: ClassifyOptions,
): AsyncGenerator<Guess> {
  const begin = (start: number): Promise<Guess[]> => {
    const chunk = collect(model.guessAll(paths.slice(start, start + CHUNK), { ...options, pictures: paths.length }))
    chunk.catch(() => undefined) // heard when its turn comes
    return chunk
  }
  let next = begin(0)
  try {
    for (let start = 0; start < paths.length; start += CHUNK) {
      const chunk = next
      if (start + CHUNK < paths.length) next = begin(start + CHUNK)
      yield* await chunk
    }
  } finally {
    await next.catch(() => undefined) // nothing of it goes on when the caller frees the model
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
