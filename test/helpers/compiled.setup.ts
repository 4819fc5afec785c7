import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fs from 'fs-extra'

const SOURCE = 'src/image/assembly/sums.ts'
const COMPILED = 'dist/image/sums.wasm'

/** Compiles AssemblyScript that was changed since: tests run the sources, which load what the build makes of it. */
export default async function setup(): Promise<void> {
  const [source, compiled] = await Promise.all([fs.stat(SOURCE), fs.stat(COMPILED).catch(() => undefined)])
  if (compiled && compiled.mtimeMs > source.mtimeMs) return
  await promisify(execFile)(process.execPath, [
    'node_modules/assemblyscript/bin/asc.js',
    '--config',
    'src/image/assembly/asconfig.json',
  ])
}
