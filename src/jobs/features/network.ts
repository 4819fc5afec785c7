import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Backbone } from '../../backbone/backbone.ts'
import { findBackbones } from '../../backbone/find.ts'
import { probe } from '../../engine/probe.ts'
import { UserError } from '../../errors.ts'
import { columnsOf } from '../../features/rows.ts'
import { type DecodeLimits, decidingLimits } from '../../image/limits.ts'
import { layoutOf } from '../../model/layout.ts'
import { readModel } from '../../model/load.ts'
import { quoted } from '../../text.ts'
import { resolveTrainOptions, type TrainOptions } from '../train/options.ts'

/** Which networks bottlenecks are computed with; everything has a default. */
export interface NetworkOptions
  extends Pick<
    TrainOptions,
    'backbone' | 'preset' | 'layers' | 'inputSize' | 'resize' | 'mean' | 'scale' | 'input' | 'bottleneck' | 'engine'
  > {
  /** A working folder: where it has a model and no network is named, the networks of that are used. */
  readonly tfFiles?: string | undefined
}

/** The networks that bottlenecks are computed with. */
export interface FeaturesNetwork {
  readonly backbones: readonly Backbone[]
  /** Identities of what is kept of each, in the order in which a batch's parts are numbered. */
  readonly layers: readonly string[]
  /** What decides a picture's bottlenecks, and whether it has any: sha256, hex. */
  readonly identity: string
}

/** @throws UserError for a network that can't be had, and for several to choose among: that needs labels that are all here */
export async function networkOf(
  options: NetworkOptions,
  limits: DecodeLimits,
  signal?: AbortSignal,
): Promise<FeaturesNetwork> {
  const backbones = await backbonesOf(options, signal)
  const layers = columnsOf(backbones).flatMap(column => column.layers.map(({ identity }) => identity))
  const identity = createHash('sha256')
    .update(JSON.stringify([layers, decidingLimits(limits)]))
    .digest('hex')
  return { backbones, layers, identity }
}

async function backbonesOf(options: NetworkOptions, signal: AbortSignal | undefined): Promise<readonly Backbone[]> {
  const { tfFiles, backbone, preset } = options
  const isNamed = backbone !== undefined || preset !== undefined
  if (tfFiles !== undefined && !isNamed && existsSync(layoutOf(tfFiles).manifest)) {
    refuseOthers(options, tfFiles)
    return (await readModel(tfFiles)).backbones
  }
  const { network } = resolveTrainOptions(options)
  if (network.backbone === 'auto') {
    const hint = 'Choose one on a sample: itc train SAMPLE --backbone auto.'
    throw new UserError('E_BAD_VALUE', 'itc features takes one network, not --backbone auto.', { hint })
  }
  return await findBackbones(network.backbone, { probe, ...network, signal })
}

/** What says how a network is used, by its option. */
const USES = {
  layers: '--layers',
  inputSize: '--input-size',
  resize: '--resize',
  mean: '--mean',
  scale: '--scale',
  input: '--input',
  bottleneck: '--bottleneck',
} as const satisfies Partial<Record<keyof NetworkOptions, string>>

/** The networks of a model are used as the model uses them. */
function refuseOthers(options: NetworkOptions, tfFiles: string): void {
  const given = Object.entries(USES).find(([name]) => options[name as keyof typeof USES] !== undefined)
  if (given === undefined) return
  const problem = `${given[1]} is for a network that is named, and the networks of the model in ${quoted(tfFiles)} are used as they are.`
  throw new UserError('E_BAD_VALUE', problem, { hint: 'Name the network too, with --backbone or --preset.' })
}
