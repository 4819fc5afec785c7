import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import util from 'node:util'
import { defaultCacheFolder } from '../backbone/cacheFolder.ts'
import { openToOthers } from '../disk/ours.ts'
import { UserError } from '../errors.ts'
import { printable } from '../text.ts'
import type { TensorFlow } from './tensorflowApi.ts'

const PACKAGE = '@tensorflow/tfjs-node'
const VERSION = '4.22.0'
/** Whoever could change what is found from here could change this program. */
const OWN = fileURLToPath(import.meta.url)
const SCRIPT = fileURLToPath(new URL('../../scripts/provision-tfjs-node/run.mjs', import.meta.url))

/**
 * Where scripts/provision-tfjs-node installs the package: outside node_modules, so that `npm ci` leaves it alone.
 * @internal for tests: where the provisioning script must leave it
 */
export function provisionedFolder(cacheFolder: string = defaultCacheFolder()): string {
  return join(cacheFolder, `tfjs-node-${VERSION}`)
}

/**
 * Where tfjs-node is looked for, as files to import it from: what scripts/provision-tfjs-node installed comes first, as
 * whoever provisioned did so because npm's does not load.
 */
function importers(): string[] {
  return [join(provisionedFolder(), 'package.json'), OWN]
}

/**
 * Loads tfjs-node, from the first place where it loads. Nothing is printed.
 *
 * @throws {UserError} E_ENGINE when it loads from none, with what to run
 */
export function loadTensorFlow(from: readonly string[] = importers()): TensorFlow {
  prepareProcess()
  let problem = `${PACKAGE} is not installed (npm leaves it out when its install script fails)`
  let isThere = false
  let cause: unknown
  for (const importer of from) {
    const require = createRequire(importer)
    const installed = folderOf(require)
    if (installed === undefined) continue
    const open = importer === OWN ? undefined : openToOthers(installed)
    if (open !== undefined) {
      problem = `others may write to ${printable(open)}, so nothing in ${printable(installed)} is run`
      continue
    }
    // Not even tried: a copy that fails half-way leaves its kernels registered.
    if (!hasAddon(installed)) {
      isThere ||= importer === OWN
      if (cause === undefined) problem = `${PACKAGE} is installed without its addon (its install script has not run)`
      continue
    }
    try {
      return muted(() => require(PACKAGE) as TensorFlow)
    } catch (error) {
      const [firstLine = ''] = (error as Error).message.split('\n')
      problem = firstLine.replace(/\.$/, '')
      cause = error
    }
  }
  throw new UserError('E_ENGINE', `The tensorflow engine cannot be loaded: ${problem}.`, {
    hint: remedy(isThere),
    cause,
  })
}

/** The version of TensorFlow's own library under tfjs-node, such as "2.10.1". */
export function libraryVersion(tf: TensorFlow): string {
  const backend = tf.backend() as { binding?: { TF_Version?: string } }
  return backend.binding?.TF_Version ?? 'unknown'
}

function prepareProcess(): void {
  // TensorFlow reads it when it is loaded: 2 hides its greetings and leaves errors.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  // tfjs-node calls two functions that Node 23 removed.
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean }
  old.isNullOrUndefined ??= value => value === null || value === undefined
  old.isArray ??= Array.isArray
}

function folderOf(require: NodeJS.Require): string | undefined {
  try {
    return dirname(require.resolve(`${PACKAGE}/package.json`))
  } catch {
    return undefined
  }
}

/** The addon lies in a folder per version of Node-API, the newest that its build knew. */
function hasAddon(installed: string): boolean {
  const lib = join(installed, 'lib')
  return existsSync(lib) && readdirSync(lib).some(name => existsSync(join(lib, name, 'tfjs_binding.node')))
}

/** TF.js warns on the console, also of what is no concern of the user's; in production mode it does not. */
function muted(load: () => TensorFlow): TensorFlow {
  const { warn } = console
  console.warn = () => {}
  try {
    const tf = load()
    // It also spares the checks of each argument, which cost more than a small operation does.
    tf.enableProdMode()
    return tf
  } finally {
    console.warn = warn
  }
}

/**
 * `npm rebuild` would do the same, but npm 11 runs no script there that `allowScripts` forbids, and says that it did.
 *
 * @param isThere whether the package is installed, if without its addon
 */
function remedy(isThere: boolean): string {
  if (process.platform === 'linux' && process.arch === 'x64') {
    const script = relative(process.cwd(), SCRIPT)
    const command = script.startsWith('..') ? `node ${SCRIPT}` : `node ${script}`
    return `Run \`${command}\`, or choose the onnx engine, which needs nothing more.`
  }
  const command = isThere ? `npm explore ${PACKAGE} -- npm run install` : `npm install ${PACKAGE}`
  return `Run \`${command}\`, or choose the onnx engine, which needs nothing more.`
}
