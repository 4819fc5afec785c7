import { blocksOf } from '../../backbone/backbone.ts'
import type { Split } from '../../dataset/split.ts'
import { inSpace } from '../../head/halves.ts'
import { isStore, type LabelledRows } from '../../head/labelled.ts'
import { storedInSpace } from '../../head/storedSpace.ts'
import type { Bottlenecks } from './bottlenecks.ts'

/** Bottlenecks as rows for heads that are half softmax, half discriminant. Those in memory are gone then: both would be twice as much. */
export async function rowsForHead(
  { data, backbones, file }: Pick<Bottlenecks, 'data' | 'backbones' | 'file'>,
  splits: readonly Split[],
  signal: AbortSignal | undefined,
): Promise<LabelledRows> {
  const blocks = backbones.map(blocksOf)
  if (isStore(data)) return storedInSpace(data, file!, blocks, splits, signal)
  return inSpace(data, blocks, splits, true)
}
