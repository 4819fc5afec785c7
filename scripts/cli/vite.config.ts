import { rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { isAbsolute, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, normalizePath, type Plugin, type Rolldown } from 'vite'
import { SHARP_ENTRY, sharpAsInstalled } from './sharpAsInstalled.ts'

type ChunkingContext = Rolldown.ChunkingContext

const dist = normalizePath(fileURLToPath(new URL('../../dist/', import.meta.url)))

/** What every start loads, what a model and its pictures take, what training takes besides. */
const GROUPS = { start: 'cli/main.js', model: 'jobs/guess/loadModel.js', training: 'jobs/train/train.js' }

/** Packages of scripts alone that most commands start with. */
const JOINED = ['commander', 'picocolors', 'valibot', 'protobufjs', '@uwdata/flechette']
/** The scripts of sharp and of what it starts with, eighty files; its native library is loaded from where it is installed. */
const SHARP = ['sharp', '@img/colour', 'detect-libc', 'semver']

/**
 * Joins the command line's own modules, some three hundred, into a few files for each command, in the place of
 * `dist/cli/main.js`, with the packages above: Node takes a third of a second to find and to read so many
 * files. The modules stay beside them: the library, threads and child processes load those.
 */
export default defineConfig({
  root: dist,
  logLevel: 'error',
  publicDir: false,
  ssr: { noExternal: [...JOINED, ...SHARP] },
  plugins: [dynamicAsInstalled(), sharpAsInstalled(), ownAddresses()],
  build: {
    ssr: `${dist}cli/main.js`,
    outDir: `${dist}cli`,
    emptyOutDir: false,
    target: 'es2022',
    minify: false,
    rolldownOptions: {
      external: /echarts\.js$/,
      output: {
        entryFileNames: 'main.js',
        chunkFileNames: 'parts/[name].js',
        codeSplitting: { groups: Object.keys(GROUPS).map(groupNamed) },
      },
    },
  },
})

/** Earlier ones come first: a group takes along what its modules import. */
function groupNamed(name: string, at: number) {
  const ifOwn = (id: string, context: ChunkingContext) => (groupOf(id, context) === name ? name : undefined)
  return { name: ifOwn, priority: Object.keys(GROUPS).length - at }
}

/** The first group whose modules lead to this one by static imports; what leads to a package is in none, for not all need it. */
function groupOf(id: string, context: ChunkingContext): string | undefined {
  if ([...reachedFrom(id, context)].some(isPackage)) return undefined
  return Object.entries(GROUPS).find(([, root]) => reachedFrom(`${dist}${root}`, context).has(id))?.[0]
}

function isPackage(id: string): boolean {
  return id === SHARP_ENTRY || (!isAbsolute(id) && !isBuiltin(id) && !id.startsWith('\0'))
}

const known = new Map<string, ReadonlySet<string>>()

function reachedFrom(root: string, context: ChunkingContext): ReadonlySet<string> {
  const before = known.get(root)
  if (before) return before
  const found = new Set([root])
  for (const id of found) for (const next of context.getModuleInfo(id)?.importedIds ?? []) found.add(next)
  known.set(root, found)
  return found
}

/** What asks for a package at run time wants to know whether it is there. */
function dynamicAsInstalled(): Plugin {
  return {
    name: 'dynamic-as-installed',
    enforce: 'pre',
    resolveId: (id, importer, { kind }) =>
      kind === 'dynamic-import' && [...JOINED, 'sharp'].includes(id) && importer?.startsWith(dist)
        ? { id, external: true }
        : undefined,
  }
}

/** `import.meta.url` stays the address of the module that asks, next to which its files lie. */
function ownAddresses(): Plugin {
  return {
    name: 'own-addresses',
    buildStart: () => rmSync(`${dist}cli/parts`, { recursive: true, force: true }), // what was joined otherwise before
    transform(code, id) {
      if (!id.startsWith(dist)) return undefined
      const own = JSON.stringify(posix.relative(dist, id))
      return code.includes('import.meta.url') ? code.replaceAll('import.meta.url', `__own(${own})`) : undefined
    },
    renderChunk(code, chunk) {
      const from = posix.join('cli', posix.dirname(chunk.fileName))
      return code.replace(/\b__own\("([^"]+)"\)/g, (_, own: string) => {
        return `new URL(${JSON.stringify(posix.relative(from, own))}, import.meta.url).href`
      })
    },
  }
}
