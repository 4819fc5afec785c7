import { resolve } from 'node:path'

/** An error as the system's, for a call that was refused. */
export function systemError(code, syscall, path) {
  return Object.assign(new Error(`${code}: refused by the layer, ${syscall} '${path}'`), {
    code,
    syscall,
    path: resolve(String(path)),
  })
}

/** Windows names whole paths in its errors, whatever it was asked for. */
export function absolute(error) {
  for (const key of ['path', 'dest']) if (typeof error?.[key] === 'string') error[key] = resolve(error[key])
  return error
}
