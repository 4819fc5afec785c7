#!/usr/bin/env node
// Loads nothing of the program before it knows that it can run: this file is read by old versions of Node.js too, and in
// clones that were never built.
import { existsSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const { engines } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const needed = engines.node.replace('>=', '')

if (isOlder(process.versions.node, needed)) {
  stop(
    `itc needs Node.js ${needed} or newer, and this is ${process.versions.node}.`,
    'Install a newer one: https://nodejs.org',
  )
} else if (!existsSync(new URL('dist/cli/main.js', root))) {
  stop('itc is not built yet.', `Run npm ci and then npm run build in ${fileURLToPath(root)}`)
} else {
  if (module.enableCompileCache !== undefined) module.enableCompileCache()
  import('../dist/cli/main.js').then(run, missing)
}

async function run({ main }) {
  process.exitCode = await main(process.argv.slice(2))
}

function missing(error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
  stop(`A part of itc is not installed: ${error.message.split('\n')[0]}`, 'Install it again; in a clone: npm ci')
}

function isOlder(version, least) {
  const [[major, minor], [leastMajor, leastMinor]] = [version, least].map(each => each.split('.').map(Number))
  return major < leastMajor || (major === leastMajor && minor < leastMinor)
}

function stop(what, remedy) {
  console.error(`error: ${what}\n${remedy}`)
  process.exitCode = 1
}
