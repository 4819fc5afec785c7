/**
 * node scripts/page/make.mjs [FOLDER]
 *
 * Puts together `page/tf.min.js`, what the page of `itc export --format tfjs` needs of TensorFlow.js: core, the loader of
 * graph models, and the backends for the graphics processor and for the processor. From the packages' own browser builds,
 * which come with @tensorflow/tfjs-node; nothing in them is changed. Given a FOLDER with the unpacked package
 * @tensorflow/tfjs-backend-wasm of the same version (`npm pack`, which spares a clone its nine megabytes), `page/tf-wasm.min.js`
 * too: that backend and its binary, for browsers whose WebGL is drawn by the processor.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const PARTS = ['core', 'converter', 'backend-cpu', 'backend-webgl']

const builds = PARTS.map(part => {
  const { version } = require(`@tensorflow/tfjs-${part}/package.json`)
  const file = require.resolve(`@tensorflow/tfjs-${part}/dist/tf-${part}.es2017.min.js`)
  // Without the maps, which are not beside it.
  const code = readFileSync(file, 'utf8').replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n')
  return `/* @tensorflow/tfjs-${part} ${version} */\n${code}`
})
writeFileSync(new URL('../../page/tf.min.js', import.meta.url), builds.join(''))

const wasm = process.argv[2]
if (wasm !== undefined) {
  const { version } = JSON.parse(readFileSync(join(wasm, 'package.json'), 'utf8'))
  const code = readFileSync(join(wasm, 'dist/tf-backend-wasm.es2017.min.js'), 'utf8')
  const binary = readFileSync(join(wasm, 'dist/tfjs-backend-wasm-simd.wasm')).toString('base64')
  const script = code.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n')
  writeFileSync(
    new URL('../../page/tf-wasm.min.js', import.meta.url),
    `/* @tensorflow/tfjs-backend-wasm ${version} */\n${script}globalThis.ITC_WASM = "${binary}"\n`,
  )
}
