/**
 * node scripts/page/make.mjs
 *
 * Puts together `page/tf.min.js`, what the page of `itc export --format tfjs` needs of TensorFlow.js: core, the loader of
 * graph models, and the backends for the graphics processor and for the processor. From the packages' own browser builds,
 * which come with @tensorflow/tfjs-node; nothing in them is changed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

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
