import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OWN = fileURLToPath(import.meta.url)
/** What each leaves in a project, and how it adds a package without running that package's scripts. */
const MANAGERS = [
  { lock: 'pnpm-lock.yaml', add: (name: string) => `pnpm add ${name}` },
  { lock: 'bun.lock', add: (name: string) => `bun add ${name}` },
  { lock: '.yarnrc.yml', add: (name: string) => `yarn add ${name} --mode=skip-build` },
  { lock: 'yarn.lock', add: (name: string) => `yarn add ${name} --ignore-scripts` },
] as const

/** The versions that are tested, as package.json has them. */
const TESTED = { 'onnxruntime-node': '1.30.0' } as Readonly<Record<string, string>>

/** Whether this runs in a clone: the package has no lock file. */
export function isClone(own = OWN): boolean {
  return existsSync(join(dirname(own), '..', '..', 'package-lock.json'))
}

/**
 * The command that adds a library to the project this is installed in, by the package manager that installed it, without the
 * library's own script: onnxruntime-node's fetches CUDA's libraries, which are not used here.
 */
export function installCommand(library: string, own = OWN): string {
  const name = library in TESTED ? `${library}@${TESTED[library]}` : library
  const project = own.split(/[\\/]node_modules[\\/]/)[0]!
  const manager = MANAGERS.find(({ lock }) => existsSync(join(project, lock)))
  if (manager) return manager.add(name)
  const isGlobal = own !== project && !existsSync(join(project, 'package.json'))
  return `npm install ${isGlobal ? '-g ' : ''}--ignore-scripts --save-optional ${name}`
}
