import type { Preset } from '../../backbone/catalog.ts'

/** What a model sees pictures with. */
export interface ModelNetworks {
  readonly names: readonly string[]
  /** The preset that they are; null for another choice of networks. */
  readonly preset: Preset | null
  /** False with a network of somebody's own, which only `itc train --backbone` can train on again. */
  readonly known: boolean
}

export interface ModelState {
  /** Another one for each model; absent in what an older studio kept. */
  readonly id?: string
  /** 0 to 1; null when trained without cross-validation and test pictures. */
  readonly accuracy: number | null
  /** 95 %, from low to high. */
  readonly interval: readonly [number, number] | null
  /** Pictures it was measured on. */
  readonly pictures: number
  readonly labels: readonly string[]
  readonly trainedAt: string
  /** What happened since the training; null when nothing did. "12 moved, 30 new: Train" */
  readonly stale: { readonly moved: number; readonly added: number; readonly gone: number } | null
}
