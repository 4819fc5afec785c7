/**
 * Where a provisioned tfjs-node lives: a folder of its own in itc's cache, so that neither `npm ci` wipes it nor it disturbs
 * anybody's node_modules. src/engine/tensorflowModule.ts looks in the same place.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'

export const PACKAGE = '@tensorflow/tfjs-node'
export const VERSION = '4.22.0'

/** @returns {string} the folder that holds node_modules/@tensorflow/tfjs-node once provisioned */
export function provisionedFolder(env = process.env) {
  // As src/backbone/cache-folder.ts on Linux, the only system that is provisioned.
  const cache = env.ITC_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'itc')
  return join(cache, `tfjs-node-${VERSION}`)
}
