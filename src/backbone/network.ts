import { UserError } from '../errors.ts'
import type { Recipe } from '../image/recipe.ts'
import type { Network } from './backbone.ts'
import { stretched } from './entry.ts'

/** A network that was read, and what its graph tells of it. */
export interface OpenedNetwork {
  readonly network: Network
  /** Length of one bottleneck. */
  readonly features: number
  /** The graph's own input size, and scaling where the graph says how; else the usual -1 to 1. */
  readonly recipe: Recipe
}

/** Reads a network of any format and cuts it at its bottleneck: at the named nodes, else where its structure tells. */
export async function openNetwork(
  path: string,
  nodes: { input?: string | undefined; bottleneck?: string | undefined },
): Promise<OpenedNetwork> {
  void [nodes, stretched]
  throw new UserError('E_NOT_READY', `Reading ${path} waits for the graph room.`)
}
