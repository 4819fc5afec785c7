// Takes out of node_modules what nothing here loads: more than half of what npm installs, in a few packages. In a clone only,
// after `npm ci`; whoever installs the package gets its dependencies as they are. `npm ci` brings everything back.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is kept of folders that hold every build of a library for every bundler. */
const KEPT = {
  'onnxruntime-web/dist': /^(ort\.node\.min\.m?js|ort-wasm-simd-threaded\.(mjs|wasm))$/,
  'echarts/dist': /^echarts\.esm\.min\.mjs$/,
}
/** A folder a system, and in it one a processor. */
const SYSTEMS = 'onnxruntime-node/bin/napi-v6'

/**
 * @param {string} modules a folder node_modules
 * @param {{ platform: string, arch: string }} machine whose native libraries are kept
 * @returns {string[]} the systems whose native libraries are not there any more, such as win32/x64: also in `pruned.json`
 */
export function prune(modules, { platform, arch } = process) {
  for (const [folder, kept] of Object.entries(KEPT)) {
    for (const name of names(join(modules, folder))) {
      if (!kept.test(name)) rmSync(join(modules, folder, name), { recursive: true })
    }
  }
  removeSourceMaps(modules)
  return pruneSystems(join(modules, SYSTEMS), `${platform}/${arch}`)
}

function pruneSystems(folder, own) {
  const record = join(folder, 'pruned.json')
  const before = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : []
  const systems = names(folder).filter(system => statSync(join(folder, system)).isDirectory())
  const found = systems.flatMap(system => names(join(folder, system)).map(cpu => `${system}/${cpu}`))
  if (!found.includes(own)) return before // such as an Intel Mac, which has none: nothing there is loaded, or known here
  const others = found.filter(each => each !== own)
  for (const each of others) rmSync(join(folder, each), { recursive: true })
  const pruned = [...new Set([...before, ...others])].sort()
  writeFileSync(record, JSON.stringify(pruned))
  return pruned
}

/** Those of libraries: a debugger would show their sources, and nothing else reads them. */
function removeSourceMaps(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) removeSourceMaps(path)
    else if (entry.isFile() && /\.[cm]?js\.map$/.test(entry.name)) rmSync(path)
  }
}

function names(folder) {
  return existsSync(folder) ? readdirSync(folder) : []
}
