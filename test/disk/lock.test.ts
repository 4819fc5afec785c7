import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { lutimes, readdir, readFile, rename, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { thisProcess } from '../../src/disk/holder.ts'
import { withLock } from '../../src/disk/lock.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

const silent = new Date(Date.now() - 61_000)

/** Called before a file is renamed: the moment between finding a lock dead and taking it away. */
const overtaking = vi.hoisted(() => ({ before: async (_path: string) => {} }))
vi.mock('node:fs/promises', async original => {
  const fs = await original<typeof import('node:fs/promises')>()
  const rename = async (from: string, to: string) => {
    await overtaking.before(from)
    await fs.rename(from, to)
  }
  return { ...fs, rename }
})

test('a lock that another process took over from a dead one just now stays its own', async () => {
  const path = join(await tempFolder(), 'lock')
  const { started: _, ...here } = await thisProcess()
  await writeFile(path, JSON.stringify({ ...here, pid: 2 ** 30 }))
  const alive = JSON.stringify({ ...here, pid: process.ppid })
  overtaking.before = () => writeFile(path, alive)
  onTestFinished(() => {
    overtaking.before = async () => {}
  })
  const waiting = vi.fn(() => {
    throw new Error('busy')
  })
  await expect(withLock(path, { waiting }, async () => 'at work')).rejects.toThrow('busy')
  expect(waiting).toHaveBeenCalledWith(JSON.parse(alive))
  expect(await readFile(path, 'utf8')).toBe(alive)
})

test.skipIf(process.platform === 'win32')('a link in its place is not followed, and holds nobody up', async () => {
  const path = join(await tempFolder(), 'lock')
  await symlink('nowhere', path)
  await lutimes(path, silent, silent)
  expect(await withLock(path, {}, () => readFile(path, 'utf8'))).toBe(JSON.stringify(await thisProcess()))
  expect(await readdir(join(path, '..'))).toEqual([])
})

const busy = () => {
  throw new Error('busy')
}
const hasProc = existsSync('/proc/self')
const ELSEWHERE = [
  ['another machine', { host: 'elsewhere' }],
  ['another machine with the same host name', { boot: 'another' }],
  ['another container with the same host name', { pidNamespace: 'pid:[1]' }],
  // Other systems number all their processes together, so that there it can be looked up.
  ...(hasProc
    ? [['an older version, which did not say where', { boot: undefined, pidNamespace: undefined }] as const]
    : []),
] as const

test.each(ELSEWHERE)('a lock of %s is held for a minute after its last sign of life', async (_, place) => {
  const path = join(await tempFolder(), 'lock')
  await writeFile(path, JSON.stringify({ ...(await thisProcess()), pid: 2 ** 30, ...place }))
  await expect(withLock(path, { waiting: busy, beatMs: 10 }, async () => 1)).rejects.toThrow('busy')
  await utimes(path, silent, silent)
  expect(await withLock(path, { waiting: busy, beatMs: 10 }, async () => 1)).toBe(1)
})

describe('where the system does not tell a process from a later one of its number (no /proc)', () => {
  const lockOfThisNumber = async () => {
    const path = join(await tempFolder(), 'lock')
    await writeFile(path, JSON.stringify({ ...(await thisProcess()), started: undefined }))
    return path
  }

  test('a lock is held while there are signs of life, and a minute longer', async () => {
    const path = await lockOfThisNumber()
    await expect(withLock(path, { waiting: busy, beatMs: 10 }, async () => 1)).rejects.toThrow('busy')
    await utimes(path, silent, silent)
    expect(await withLock(path, { waiting: busy, beatMs: 10 }, async () => 1)).toBe(1)
  })

  test('a lock from before this machine started is nobody’s', async () => {
    const path = await lockOfThisNumber()
    const before = new Date(Date.now() - 1000 * uptime() - 10_000)
    await utimes(path, before, before)
    expect(await withLock(path, { waiting: busy, beatMs: 10 }, async () => 1)).toBe(1)
  })
})

test('a holder whose clock is wrong but beats is not overruled', async () => {
  const path = join(await tempFolder(), 'lock')
  await writeFile(path, JSON.stringify({ ...(await thisProcess()), host: 'elsewhere' }))
  let past = silent.getTime()
  const beats = setInterval(() => utimes(path, new Date(), new Date(past++)), 20)
  await utimes(path, silent, silent)
  await expect(withLock(path, { waiting: busy, beatMs: 100 }, async () => 1)).rejects.toThrow('busy')
  clearInterval(beats)
})

test('a lock lives while it is held, and a holder that lost it leaves its successor’s alone', async () => {
  const folder = await tempFolder()
  const path = join(folder, 'lock')
  const own = JSON.stringify(await thisProcess())
  await withLock(path, { beatMs: 10 }, async () => {
    expect(await readFile(path, 'utf8')).toBe(own)
    await utimes(path, silent, silent)
    await vi.waitFor(async () => expect((await stat(path)).mtimeMs).toBeGreaterThan(silent.getTime()))
    await rename(path, `${path}.old`)
    await writeFile(path, 'another’s')
    await utimes(path, silent, silent)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect((await stat(path)).mtimeMs).toBeCloseTo(silent.getTime(), 0)
  })
  expect(await readdir(folder)).toEqual(['lock', 'lock.old'])
})

const UNSHARE = ['--pid', '--fork', '--mount-proc', '--kill-child']
const namespaces = hasProc && spawnSync('unshare', [...UNSHARE, 'true']).status === 0
const LOCK = new URL('../../dist/disk/lock.js', import.meta.url).href

/** Says what becomes of it with a lock, in a PID namespace of its own; one that got it keeps it. */
function inNamespace(path: string, options: readonly string[] = UNSHARE): ChildProcess {
  const script = `import { withLock } from ${JSON.stringify(LOCK)}
    const say = word => process.stdout.write(word)
    const waiting = () => { say('busy'); process.exit() }
    await withLock(process.argv[1], { waiting, beatMs: 10 }, () => new Promise(resolve => { say('got'); setTimeout(resolve, 1e6) }))`
  const child = spawn('unshare', [...options, process.execPath, '--input-type=module', '-e', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const saidBy = async (child: ChildProcess) => String((await once(child.stdout!, 'data'))[0])

test.runIf(namespaces)('between two PID namespaces with one host name, a living holder keeps its lock', async () => {
  const path = join(await tempFolder(), 'lock')
  const first = inNamespace(path)
  expect(await saidBy(first)).toBe('got')
  // Both are process 1 there; without a /proc of its own the second sees this machine's first process.
  expect(await saidBy(inNamespace(path))).toBe('busy')
  expect(await saidBy(inNamespace(path, ['--pid', '--fork', '--kill-child']))).toBe('busy')
  await expect(withLock(path, { waiting: busy }, async () => 1)).rejects.toThrow('busy')
  first.kill('SIGKILL')
  await once(first, 'close')
  await utimes(path, silent, silent)
  expect(await saidBy(inNamespace(path))).toBe('got')
})
