import type { Engine } from '../../engine/engine.ts'
import { type EngineChoice, loadEngine } from '../../engine/load.ts'
import { PartCache } from '../../features/partCache.ts'
import { type Prepare, RowFile } from '../../features/rowFile.ts'
import { once } from '../../flow/once.ts'
import { together } from '../../flow/together.ts'
import type { Layout } from '../../model/layout.ts'
import type { PicturePlace } from '../../model/pictures.ts'
import { Drawing } from '../../report/drawing.ts'
import type { FeaturesPlace } from '../features/readFeatures.ts'
import type { NetworksAhead } from './ahead.ts'
import { checkMemory } from './enoughMemory.ts'
import type { TrainEvent } from './events.ts'
import { Forecast } from './forecast.ts'
import type { ResolvedTrainOptions } from './options.ts'
import { readSpeed, writeSpeed } from './speed.ts'

/** What one training works with from its first step to its last. */
export interface TrainingRun {
  readonly layout: Layout
  readonly place: PicturePlace
  readonly options: ResolvedTrainOptions
  /** What was assumed of pictures, in sentences; more come as they are decoded. */
  readonly notes: ReadonlySet<string>
  readonly cache: PartCache
  /** Where bottlenecks were computed elsewhere: no picture is opened then. */
  readonly features?: FeaturesPlace | undefined
  /** Loads the engine, unless it is there or under way. */
  readonly engine: () => Promise<Engine>
  /** The networks that were looked for before the run; others than those have to be found. */
  readonly ahead?: Pick<NetworksAhead, 'backbones'> | undefined
  /** Of the report's charts, which begins as soon as there is something to draw. */
  readonly drawing: Drawing
  /** A file for bottlenecks that memory has no room for, closed with the run. @throws UserError of the disk */
  readonly rowFile: (width: number, prepare?: Prepare) => Promise<RowFile>
}

/** Opens the cache for as long as `work` takes, under the training's lock. @throws UserError when the cache can't be opened */
export async function withRun<T>(
  { layout, place, engine, ahead }: Pick<TrainingRun, 'layout' | 'place' | 'engine' | 'ahead'>,
  options: ResolvedTrainOptions,
  features: FeaturesPlace | undefined,
  work: (run: TrainingRun) => Promise<T>,
): Promise<T> {
  const cache = await PartCache.open(layout.bottlenecks)
  const drawing = new Drawing()
  const files: RowFile[] = []
  try {
    const notes = new Set<string>()
    const onNote = (note: string) => {
      notes.add(note)
      options.limits.onNote?.(note)
    }
    const limits = { ...options.limits, onNote }
    const forecast = new Forecast(options, await readSpeed(layout, options.engine))
    const onEvent = (event: TrainEvent) => options.onEvent(forecast.withTime(event))
    const result = await work({
      layout,
      place,
      notes,
      options: { ...options, limits, onEvent },
      cache,
      features,
      engine,
      ahead,
      drawing,
      rowFile: async (width, prepare) => {
        const file = await RowFile.create(layout.bottlenecks, width, prepare)
        files.push(file)
        return file
      },
    })
    await cache.merge() // nobody else does meanwhile: the caller holds the training's lock
    await writeSpeed(layout, options.engine, forecast.speed())
    return result
  } finally {
    await together(drawing.end(), cache.close(), ...files.map(file => file.close()))
  }
}

/** Begins to load the engine. Whoever asks for it is told if that fails: what comes before may have more to say. */
export function loadingEngine(choice: EngineChoice): () => Promise<Engine> {
  const engine = once(() => fitting(choice))
  engine().catch(() => undefined)
  return engine
}

/** @throws UserError `E_MEMORY` where this process may not use as much memory as the engine takes */
async function fitting(choice: EngineChoice): Promise<Engine> {
  const engine = await loadEngine(choice)
  checkMemory(engine.name)
  return engine
}
