import { join } from 'node:path'
import fs from 'fs-extra'
import { writeGraphDef } from '../../src/formats/graphdef/write.ts'
import { placeholderNode } from '../../src/graph/graph.ts'
import { smallNetwork } from './networks.ts'
import { GREEN, noise, paint, RED } from './samples.ts'

/**
 * A network so small that training and naming take no time: 6 features of a picture of 32 pixels, if it is told so.
 *
 * @param side of its input, if it says that itself
 */
export async function tinyNetwork(folder: string, side?: number): Promise<string> {
  const path = join(folder, `tiny${side ?? ''}.pb`)
  const { nodes, ...rest } = smallNetwork()
  const last = nodes.findIndex(({ name }) => name === 'features')
  const kept = nodes.slice(0, last + 1)
  if (side !== undefined) kept[0] = placeholderNode('input', 'float32', [-1, side, side, 3])
  await fs.outputFile(path, writeGraphDef({ ...rest, nodes: kept }))
  return path
}

/** Pictures of two colours, each different in a corner. */
export async function tinyPictures(folder: string, perCategory = 6): Promise<void> {
  for (const [label, colour] of [
    ['green', GREEN],
    ['red', RED],
  ] as const) {
    for (let at = 0; at < perCategory; at++) {
      const corner = await noise(8 + at, 8)
        .png()
        .toBuffer()
      await fs.outputFile(
        join(folder, label, `${at}.png`),
        await paint(40, 40, colour)
          .composite([{ input: corner, left: 0, top: 0 }])
          .png()
          .toBuffer(),
      )
    }
  }
}

/** How a training is told of it; the rest is as by default, but for the steps. */
export function tinyOptions(backbone: string) {
  return { backbone, bottleneck: 'features', inputSize: 32, steps: 50 } as const
}

/** The same for `itc train`, with no more than a softmax, two folds and no report. */
export function tinyTraining(network: string): string[] {
  const flags = `--bottleneck features --input-size 32 --layers last --head softmax --steps 50 --folds 2 --no-report`
  return ['--backbone', network, ...flags.split(' ')]
}
