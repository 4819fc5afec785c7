import { onTestFinished } from 'vitest'
import type { Studio, StudioOptions } from '../../src/studio/studio.ts'
import { tempFolder } from './tempFolder.ts'

/** A studio in this process, so that a test can reach behind its page. */
export interface StudioHere {
  readonly address: string
  readonly studio: Studio
}

/** The built one, with the built page: `npm run test:slow` builds first. */
export async function studioHere(root: string, options: StudioOptions = { engine: false }): Promise<StudioHere> {
  const built = '../../dist/studio/server/serve.js' as string
  const { serveStudio } = (await import(built)) as typeof import('../../src/studio/server/serve.ts')
  const stop = new AbortController()
  const cacheFolder = await tempFolder()
  return new Promise((resolve, reject) => {
    let studio: Studio
    const served = serveStudio(root, {
      ...options,
      cacheFolder,
      signal: stop.signal,
      onStudio: opened => (studio = opened),
      onReady: address => resolve({ address, studio }),
    })
    served.catch(reject)
    onTestFinished(async () => {
      stop.abort()
      await served
    })
  })
}
