/**
 * Makes @tensorflow/tfjs-node loadable where its own install script cannot fetch its parts. Run it any number of times:
 * it does nothing when the package already loads. See docs/engines.md.
 *
 *     node scripts/provision-tfjs-node/run.mjs [--from FILE]
 */
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compile, probe } from './addon.mjs'
import { obtainLibrary, usableSources } from './library.mjs'
import { PACKAGE, provisionedFolder, VERSION } from './places.mjs'
import { firstProgram, lastLines, mustRun, ProvisionError } from './programs.mjs'

const HERE = dirname(fileURLToPath(import.meta.url))
const USAGE = `Makes ${PACKAGE} ${VERSION} loadable, in itc's cache folder.

  --from FILE   use this copy of a libtensorflow artifact instead of fetching one
  --help        show this

ITC_CACHE names the cache folder (default: ~/.cache/itc).`

const say = text => console.log(text)

async function provision(from) {
  const installed = resolveInstalled()
  const found = installed && (await probe(installed))
  if (found?.loads) return say(`${PACKAGE} loads as npm installed it: ${found.detail}. Nothing to do.`)

  const folder = provisionedFolder()
  const earlier = await probe(packageIn(folder))
  if (earlier.loads) return say(`${PACKAGE} loads from ${folder}: ${earlier.detail}. Nothing to do.`)

  const compiler = checkNeeds(from)
  await mkdir(dirname(folder), { recursive: true })
  await removeLeftovers(folder)
  const stage = await mkdtemp(`${folder}.part-${process.pid}-`)
  try {
    await build(stage, from, compiler)
    // mkdtemp makes it private; a cache may be shared between accounts.
    await chmod(stage, 0o755)
    await replace(folder, stage)
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
  say(`Done: itc finds ${PACKAGE} in ${folder}.`)
}

/** Says what is missing before anything is fetched. */
function checkNeeds(from) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ProvisionError(
      `Provisioning works on Linux x64; this is ${process.platform} ${process.arch}. Run "npm rebuild ${PACKAGE}", which ` +
        'lets the package fetch its own library, or use the onnx engine, which needs nothing more.',
    )
  }
  const compiler = firstProgram(process.env.CXX || 'g++', 'g++', 'c++', 'clang++')
  const missing = []
  if (compiler === undefined) missing.push('a C++ compiler (on Debian and Ubuntu: apt-get install g++)')
  if (firstProgram('npm') === undefined) missing.push('npm')
  if (from === undefined && usableSources().length === 0) {
    missing.push('mvn or pip to fetch libtensorflow (on Debian and Ubuntu: apt-get install maven, or python3-pip)')
  }
  if (missing.length > 0) throw new ProvisionError(`Provisioning needs ${missing.join(', and ')}.`)
  return compiler
}

async function build(stage, from, compiler) {
  // First, as it is what fails where a network is closed.
  const library = join(stage, 'library')
  await obtainLibrary({ target: library, scratch: join(stage, 'scratch'), from, say })
  await rm(join(stage, 'scratch'), { recursive: true, force: true })

  say(`Installing ${PACKAGE} ${VERSION} with npm, without its install scripts.`)
  await cp(join(HERE, 'package'), stage, { recursive: true })
  await mustRun('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `--prefix=${stage}`], {
    cwd: stage,
  })
  const package_ = packageIn(stage)
  await mkdir(join(package_, 'deps'))
  await rename(library, join(package_, 'deps', 'lib'))

  say(`Compiling its addon with ${compiler}.`)
  await compile(compiler, package_, join(stage, 'node_modules', 'node-api-headers', 'include'))
  const result = await probe(package_)
  if (!result.loads) throw new ProvisionError(`The addon was built but does not load:\n${lastLines(result.detail)}`)
  say(`It loads: ${result.detail}.`)
}

function resolveInstalled() {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`))
  } catch {
    return undefined
  }
}

function packageIn(folder) {
  return join(folder, 'node_modules', PACKAGE)
}

/** Moves the finished folder into place whole. Another run may have got there first: its result is as good. */
async function replace(folder, stage) {
  await rm(folder, { recursive: true, force: true })
  try {
    await rename(stage, folder)
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  }
}

/** Folders of runs that were killed. A live run's folder bears the id of a live process. */
async function removeLeftovers(folder) {
  for (const name of await readdir(dirname(folder))) {
    const id = name.match(/\.part-(\d+)-/)?.[1]
    if (id === undefined || !name.startsWith(basename(folder)) || isRunning(Number(id))) continue
    await rm(join(dirname(folder), name), { recursive: true, force: true })
  }
}

function isRunning(id) {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

try {
  const { values } = parseArgs({ options: { from: { type: 'string' }, help: { type: 'boolean' } } })
  if (values.help) say(USAGE)
  else await provision(values.from)
} catch (error) {
  const expected = error instanceof ProvisionError || error?.code?.startsWith?.('ERR_PARSE_ARGS')
  console.error(expected ? error.message : error)
  process.exitCode = 1
}
