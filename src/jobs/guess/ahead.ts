import type { ClassifyOptions, Guess, Model } from '../../model/model.ts'

/** As much of a model as naming needs. */
export type NamingModel = Pick<Model, 'labels' | 'guessAll'>

/** Pictures asked for at a time: so few that progress is steady and a stop loses little. */
const CHUNK = 64

/** Names pictures, in order, ahead of whoever takes the names. */
export function guessAhead(
  model: NamingModel,
  paths: readonly string[],
  options: ClassifyOptions,
): AsyncGenerator<Guess> {
  return ahead(paths, chunk => model.guessAll(chunk, { ...options, pictures: paths.length }))
}

/** Computes a chunk at a time, in order; the next one's pictures are decoded while the engine runs those of the one before. */
export async function* ahead<T>(
  paths: readonly string[],
  compute: (chunk: readonly string[]) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const begin = (start: number): Promise<T[]> => {
    const chunk = collect(compute(paths.slice(start, start + CHUNK)))
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
