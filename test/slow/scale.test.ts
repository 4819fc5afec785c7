import { expect, it } from 'vitest'
import { makeManyPictures } from '../helpers/bigFolder.ts'
import { ITC } from '../helpers/itc.ts'

/** What bench/watch.mjs tells of a run. */
interface Watched {
  readonly code: number
  readonly seconds: number
  readonly at: { readonly scanned: number; readonly ready: number }
  /** Seconds of the processor: what others do to the machine changes them little, and its speed changes all alike. */
  readonly cpu: { readonly scanned: number; readonly ready: number; readonly end: number }
  readonly most: { readonly own: number; readonly resident: number; readonly files: number }
  readonly text: string
}

/*
 * bench/scale.mjs with fewer pictures: 100,000 take their time for the network alone. What grows with the square of
 * something shows between 2,000 and 16,000 too; the neighbour search, limited to 5,000 pictures, has its full size at the latter.
 */
it.runIf(process.platform === 'linux')(
  'eight times the pictures take no more than eight times as long, and little memory',
  async () => {
    const small = await measure(2000, 50)
    const large = await measure(16_000, 50)
    for (const { most } of [small, large]) expect(most.files).toBeLessThan(256)
    console.log(`2,000: ${show(small)}\n16,000: ${show(large)}`)
    expect(large.most.resident).toBeLessThan(1000)
    for (const mark of ['scanned', 'ready', 'end'] as const) {
      expect(large.cpu[mark], mark).toBeLessThan(8 * small.cpu[mark])
    }
  },
)

it.runIf(process.platform === 'linux')('a thousand categories, and one folder with nearly all pictures', async () => {
  const categories = await measure(3000, 1000)
  console.log(`1,000 categories: ${show(categories)}`)
  expect(categories.most.resident).toBeLessThan(1000)
  const one = await measure(8000, 1)
  console.log(`one folder: ${show(one)}`)
  expect(one.most.resident).toBeLessThan(1000)
})

/** Fills the cache, then watches a training that has it. */
async function measure(pictures: number, categories: number): Promise<Watched> {
  const tfFiles = await makeManyPictures(pictures, categories)
  // A script of plain JavaScript, loaded by name at run time: it has no types.
  const { watch } = (await import(new URL('../../bench/watch.mjs', import.meta.url).href)) as {
    watch: (args: readonly string[], marks: Record<string, RegExp>) => Promise<Watched>
  }
  const train = (...flags: string[]) =>
    watch([ITC, 'train', tfFiles, '--input-size', '32', ...flags], { scanned: /pictures in/, ready: /training on/ })
  const cold = await train('--steps', '10', '--folds', '0')
  expect(cold.code, cold.text).toBe(0)
  expect(cold.most.resident).toBeLessThan(1000)
  const warm = await train('--steps', '50', '--folds', '2')
  expect(warm.code, warm.text).toBe(0)
  return warm
}

function show({ at, seconds, cpu, most }: Watched): string {
  const clock = `${at.scanned.toFixed(1)} s scanned, ${at.ready.toFixed(1)} s from the cache, ${seconds.toFixed(1)} s in all`
  const times = `${clock} (of the processor ${cpu.scanned.toFixed(1)}, ${cpu.ready.toFixed(1)}, ${cpu.end.toFixed(1)})`
  return `${times}, ${most.resident.toFixed(0)} MB, ${most.files} files open`
}
