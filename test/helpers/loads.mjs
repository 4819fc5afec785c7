// For `node --import`: writes the address of every module of the process to standard error, and lets the packages named in
// ITC_TEST_WITHOUT (joined by commas) be as if they were not installed.

import { writeSync } from 'node:fs'
import module from 'node:module'

const without = (process.env.ITC_TEST_WITHOUT ?? '').split(',').filter(Boolean)

/** @param {string} name */
function check(name) {
  if (!without.some(each => name === each || name.startsWith(`${each}/`))) return
  throw Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' })
}

/** @type {module.ResolveHook} */
export async function resolve(name, context, next) {
  check(name)
  return await next(name, context)
}

/** @type {module.LoadHook} */
export async function load(url, context, next) {
  writeSync(2, `LOADED ${url}\n`)
  return await next(url, context)
}

if (!import.meta.url.includes('?hooks')) {
  module.register(`${import.meta.url}?hooks`)
  // What require() loads passes none of these hooks.
  const internals = /** @type {any} */ (module)
  const { _resolveFilename: resolveFilename } = internals
  internals._resolveFilename = (/** @type {string} */ name, /** @type {unknown[]} */ ...rest) => {
    check(name)
    const path = resolveFilename.call(module, name, ...rest)
    writeSync(2, `LOADED ${path}\n`)
    return path
  }
}
