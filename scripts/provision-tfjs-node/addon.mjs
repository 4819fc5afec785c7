/** tfjs-node's addon: built from the package's own sources against libtensorflow, and tried. */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LIBRARIES } from './library.mjs'
import { mustRun, run } from './programs.mjs'

const TENSORFLOW_HEADERS = join(dirname(fileURLToPath(import.meta.url)), 'include')

/**
 * Compiles the addon of the tfjs-node package in folder `package_`, whose deps/lib holds libtensorflow.
 *
 * Node-API is the same in all versions of Node, so one addon serves them all.
 */
export async function compile(compiler, package_, nodeHeaders) {
  const addonFolder = join(package_, 'lib', 'napi-v8')
  await mkdir(addonFolder, { recursive: true })
  await mustRun(compiler, [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8'],
    ...[`-I${dirname(package_)}`, `-I${TENSORFLOW_HEADERS}`, `-I${nodeHeaders}`],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map(name => join(package_, 'binding', name)),
    ...['-o', join(addonFolder, 'tfjs_binding.node')],
    ...LIBRARIES.map(name => join(package_, 'deps', 'lib', name)),
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ])
}

/** Loads the package in a process of its own, as a broken addon can end the process, and computes something with it. */
export async function probe(package_) {
  const script = `
    const util = require('node:util')
    util.isNullOrUndefined ??= value => value === null || value === undefined
    util.isArray ??= Array.isArray
    const tf = require(${JSON.stringify(package_)})
    if (tf.tensor([1, 2]).square().sum().dataSync()[0] !== 5) throw new Error('1 + 4 is not 5')
    console.log(tf.version['tfjs-node'] + ' with TensorFlow ' + tf.backend().binding.TF_Version)`
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' }
  const { code, output } = await run(process.execPath, ['-e', script], { env })
  return { loads: code === 0, detail: output || `exit code ${code}` }
}
