import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly hasInstallScript?: boolean
  readonly dev?: boolean
  readonly devOptional?: boolean
}

describe('what is installed', () => {
  it('is pinned by version and hash, all of it from the registry', async () => {
    const { lockfileVersion, packages } = await fs.readJson(`${ROOT}/package-lock.json`)
    expect(lockfileVersion).toBe(3)
    for (const [path, locked] of Object.entries<Locked>(packages)) {
      if (path === '') continue
      expect(locked.version, path).toMatch(/^\d+\.\d+\.\d+/)
      expect(locked.integrity, path).toMatch(/^sha512-/)
      expect(locked.link, path).toBeUndefined()
      expect(locked.resolved ?? '', path).toMatch(/^$|^https:\/\/registry\.npmjs\.org\/.*\.tgz$/)
    }
  })

  it('is asked for by version ranges, never by git, file or address', async () => {
    const { dependencies, devDependencies, optionalDependencies } = await fs.readJson(`${ROOT}/package.json`)
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
      expect(range, name).toMatch(/^[\^~]?\d+(\.\d+)*$/)
    }
  })

  it('runs no script of ours', async () => {
    const { scripts } = await fs.readJson(`${ROOT}/package.json`)
    // npm 11 warns of each of these; `dependencies`, where the build is made, npm runs in a clone alone.
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'preprepare', 'postprepare']
    expect(Object.keys(scripts).filter(name => hooks.includes(name))).toEqual([])
  })

  it('is of packages without scripts of theirs, but what only --engine tensorflow needs', async () => {
    const { packages } = await fs.readJson(`${ROOT}/package-lock.json`)
    const scripted = Object.entries<Locked>(packages).filter(([, { hasInstallScript }]) => hasInstallScript)
    const installed = scripted.filter(([, { dev, devOptional }]) => !dev && !devOptional).map(([path]) => path)
    expect(installed).toEqual(['node_modules/@tensorflow/tfjs-node', 'node_modules/core-js'])
  })

  it('has licences that are allowed, listed in docs/licences.md', () => {
    execFileSync(process.execPath, [`${ROOT}/scripts/licences.mjs`, '--check'])
  })
})
