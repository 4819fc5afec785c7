// Loaded before itc: packages named in ITC_ABSENT, with commas between, are not to be found, as where nobody has installed them.
import Module, { register } from 'node:module'

const absent = (process.env.ITC_ABSENT ?? '').split(',')

/** For import: runs in a thread of its own, so that it is given as text. */
const hooks = `
  const absent = ${JSON.stringify(absent)}
  export function resolve(specifier, context, next) {
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
    if (!absent.includes(name)) return next(specifier, context)
    const error = new Error("Cannot find package '" + name + "' imported from " + context.parentURL)
    throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' })
  }
`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)

/** For require. */
const own = Module._resolveFilename
Module._resolveFilename = function (name, ...rest) {
  if (!absent.includes(name)) return own.call(this, name, ...rest)
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
}
