import { loadEngine } from '../../engine/load.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import { Runners } from '../../model/runners.ts'
import { computeBottlenecks } from '../features/compute.ts'
import { type NetworkOptions, networkOf } from '../features/network.ts'

/** Makes networks ready to compute one picture's bottlenecks. */
export async function readyForBottlenecks(
  { options }: { readonly options: NetworkOptions },
  limits: DecodeLimits,
): Promise<(bytes: Uint8Array) => Promise<void>> {
  const { backbones } = await networkOf(options, limits)
  const runners = new Runners(await loadEngine(options.engine ?? 'auto'), backbones)
  return async bytes => {
    const picture = { size: bytes.length, read: async () => bytes }
    await computeBottlenecks([picture], backbones, runners, { limits, pictures: 1 })
  }
}
