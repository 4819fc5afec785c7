import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

/** What the command line's modules import for sharp. */
export const SHARP_ENTRY = '\0sharp'
const INSTALLED = 'sharp?installed'
const OF_SHARP = /[\\/]node_modules[\\/]sharp[\\/]/

/**
 * Joins sharp's scripts, which Node takes a tenth of a second to find and to read. They go with one version of its native
 * library, so they are used where the installed sharp is of the version that was joined; another is imported as it is.
 */
export function sharpAsInstalled(): Plugin {
  return {
    name: 'sharp-as-installed',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id === INSTALLED) return { id: 'sharp', external: true }
      return id === 'sharp' && importer !== SHARP_ENTRY ? SHARP_ENTRY : undefined
    },
    load: id => (id === SHARP_ENTRY ? entry() : undefined),
    // Its native library is found from where it is installed.
    transform: (code, id) => (OF_SHARP.test(id) ? code.replaceAll('import.meta.url', PLACE) : undefined),
  }
}

const PLACE = `process.getBuiltinModule('node:module').createRequire(import.meta.url).resolve('sharp')`

function entry(): string {
  const place = createRequire(import.meta.url).resolve('sharp')
  return `
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

${versionAt}

function installed() {
  try {
    return versionAt(createRequire(import.meta.url).resolve('sharp'))
  } catch {
    return undefined // importing it says why
  }
}

const joined = ${JSON.stringify(versionAt(place))}
export default (installed() === joined ? await import('sharp') : await import('${INSTALLED}')).default
`
}

/** @param place of sharp's first module */
function versionAt(place: string): string {
  return JSON.parse(readFileSync(join(dirname(dirname(place)), 'package.json'), 'utf8')).version
}
