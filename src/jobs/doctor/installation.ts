import { access, constants, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { defaultCacheFolder } from '../../backbone/cacheFolder.ts'
import { diagnoseEngines, type EngineDiagnosis } from '../../engine/load.ts'
import { messageOf, REINSTALL, systemCode } from '../../errors.ts'
import { decoderVersions } from '../../image/versions.ts'
import { tableLibrary } from '../../table/library.ts'
import { NEEDED_NODE, VERSION } from '../../version.ts'

/** Free space below which a large set's bottlenecks or a download may not fit, in bytes. */
const LITTLE_SPACE = 500_000_000

/** A part of the installation: what there is, or what is wrong with it and what to do. */
export type Part<T> = (T & { readonly problem?: undefined }) | { readonly problem: string; readonly remedy: string }

export interface Installation {
  readonly itc: string
  readonly node: Part<{ readonly version: string }>
  readonly system: string
  readonly engines: readonly EngineDiagnosis[]
  readonly decoder: Part<{ readonly sharp: string; readonly libvips: string }>
  /** What keeps bottlenecks. */
  readonly store: Part<{ readonly library: string }>
  /** Where downloaded networks are kept. */
  readonly cache: Part<{ readonly folder: string }>
  /** Free bytes where the cache, and the working folder if there is one, lie. */
  readonly disks: readonly Part<{ readonly folder: string; readonly free: number }>[]
}

/** Looks at all that does not concern the pictures. Loads native libraries only in a way that survives their absence. */
export async function diagnoseInstallation(tfFiles?: string): Promise<Installation> {
  const cacheFolder = defaultCacheFolder()
  return {
    itc: VERSION,
    node: diagnoseNode(process.versions.node),
    system: `${process.platform} ${process.arch}`,
    engines: await diagnoseEngines(),
    decoder: await decoderVersions().catch(broken('sharp, which decodes pictures,')),
    store: await tableLibrary().then(library => ({ library }), broken('flechette, which keeps bottlenecks,')),
    cache: await diagnoseCache(cacheFolder),
    disks: await Promise.all([...(tfFiles === undefined ? [] : [tfFiles]), cacheFolder].map(diagnoseDisk)),
  }
}

/** @param library its name and what it is for */
function broken(library: string): (error: unknown) => { problem: string; remedy: string } {
  return error => ({ problem: `${library} does not load: ${messageOf(error).split('\n')[0]}`, remedy: REINSTALL })
}

/**
 * @param version such as 20.19.0
 * @internal for tests: other versions of Node.js
 */
export function diagnoseNode(version: string): Installation['node'] {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = NEEDED_NODE.split('.').map(Number)
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return { version }
  return {
    problem: `Node.js ${version} is older than ${NEEDED_NODE}`,
    remedy: `Install Node.js ${NEEDED_NODE} or newer.`,
  }
}

async function diagnoseCache(folder: string): Promise<Installation['cache']> {
  try {
    await access(await existing(folder), constants.W_OK)
    return { folder }
  } catch (error) {
    return {
      problem: `the cache folder ${folder} can't be written (${systemCode(error)})`,
      remedy: 'Set ITC_CACHE to a folder of yours. It is needed for downloaded networks only.',
    }
  }
}

async function diagnoseDisk(folder: string): Promise<Installation['disks'][number]> {
  try {
    const { bavail, bsize } = await statfs(await existing(folder))
    const free = bavail * bsize
    if (free >= LITTLE_SPACE) return { folder, free }
    return {
      problem: `only ${Math.floor(free / 1e6)} MB are free on the disk of ${folder}`,
      remedy: 'Free some space: a bottleneck takes 4 to 8 KB a picture, a network 5 to 100 MB.',
    }
  } catch (error) {
    return { problem: `the disk of ${folder} can't be asked (${systemCode(error)})`, remedy: 'Check the path.' }
  }
}

/** The folder, or the nearest one above it that is there. */
async function existing(folder: string): Promise<string> {
  const path = resolve(folder)
  const there = await access(path).then(
    () => true,
    () => false,
  )
  return there || dirname(path) === path ? path : existing(dirname(path))
}
