import type { Bank } from '../assess/bank.ts'
import type { FamiliarityRule } from '../assess/familiarity.ts'
import type { Backbone } from '../backbone/backbone.ts'
import type { Head } from '../head/head.ts'
import type { Manifest } from './manifest.ts'

/** A trained model as read from a working folder, not yet in an engine. */
export interface StoredModel {
  readonly manifest: Manifest
  readonly backbones: readonly Backbone[]
  readonly head: Head
  readonly familiarity: { readonly rule: FamiliarityRule; readonly bank: Bank } | undefined
}
