import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import fs from 'fs-extra'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeManyPictures } from '../helpers/bigFolder.ts'
import { ITC, runItc, startItc } from '../helpers/itc.ts'
import { SAMPLE, SAMPLE_TEST } from '../helpers/pictures.ts'
import { sharedFolder, tempFolder } from '../helpers/tempFolder.ts'

/** What a person may wait for, in milliseconds; more where others use the machine too. */
const second = () =>
  1000 * Number(process.env.ITC_PATIENCE ?? Math.max(1, (2 * loadavg()[0]!) / availableParallelism()))

/** The sample, trained; shared by the tests that leave it alone. */
let shared = ''
beforeAll(async () => {
  shared = await fs.mkdtemp(join(tmpdir(), 'itc-stop-'))
  await fs.copy(SAMPLE, join(shared, 'data'))
  await runItc(['train', shared, '--folds', '0', '--steps', '500'])
})
afterAll(() => fs.remove(shared))

/** 1,000 categories whose bottlenecks are in the cache: it is the heads that these tests are about. */
const many = await sharedFolder()
beforeAll(async () => {
  await makeManyPictures(3000, 1000, many)
  const { code, err } = await runItc(['train', many, '--input-size', '32', '--folds', '0', '--steps', '1'])
  expect(code, err).toBe(0)
})

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, exitCode) => {
  it('ends train within a second at any moment, with a line about what was kept', async () => {
    const tfFiles = await sampleCopy()
    const waits: number[] = []
    for (const moment of [0, 50, 200, 500, 1000, 2000]) {
      const { child, ended, prints } = startItc(['train', tfFiles, '--seed', String(moment), '--steps', '200000'])
      await prints(/pictures in/) // before that there is nothing to keep
      await sleep(moment)
      const end = await stopped(child, ended, signal)
      expectStopped(end, exitCode)
      waits.push(end.wait)
    }
    console.log(`${signal} during train: ${waits.map(Math.round).join(', ')} ms`)
  })

  it('ends guess-dir within a second, and it goes on later', async () => {
    const root = await tempFolder()
    const source = join(root, 'source')
    for (const turn of [1, 2]) await fs.copy(SAMPLE, join(source, `part ${turn}`))
    const args = ['guess-dir', shared, source, join(root, 'classified')]
    const { child, ended, prints } = startItc(args)
    await prints(/-\d\.\d{5}\./)
    const end = await stopped(child, ended, signal)
    expectStopped(end, exitCode)
    console.log(`${signal} during guess-dir: ${Math.round(end.wait)} ms`)
    expect((await runItc(args)).code).toBe(0)
    expect(await readdir(join(root, 'classified'))).toHaveLength(2 * 160 + 1)
  })

  it.each([
    ['1,000 categories', ['--input-size', '32', '--steps', '600'], /step \d/, 5000],
    ['1,000 categories, cross-validation', ['--input-size', '32', '--steps', '10'], /step 10:/, 5000],
    ['a slow network', ['--backbone', 'efficientnet_lite2', '--input-size', '1024'], /categories\n/, 8000],
  ])('is heard while the engine computes: %s', async (what, flags, pattern, latest) => {
    const tfFiles = flags.includes('32') ? many : await sampleCopy()
    // How long the work takes is the machine's affair: a run that ended first is tried again with an earlier signal.
    for (let later = latest * Math.random(); ; later /= 2) {
      const { child, ended, prints } = startItc(['train', tfFiles, ...flags, '--seed', String(Math.round(later))])
      await prints(pattern)
      await sleep(later)
      if (child.exitCode === 0) continue
      const { code, err, wait } = await stopped(child, ended, signal)
      if (code === 0) continue
      expectStopped({ code, err, wait }, exitCode)
      console.log(`${signal}, ${what}: ${Math.round(wait)} ms`)
      break
    }
  })
})

interface Stopped {
  readonly code: number | null
  readonly err: string
  /** From the signal to the end, in milliseconds. */
  readonly wait: number
}

async function stopped(
  child: ReturnType<typeof startItc>['child'],
  ended: ReturnType<typeof startItc>['ended'],
  signal: NodeJS.Signals,
): Promise<Stopped> {
  const start = performance.now()
  child.kill(signal)
  const { code, err } = await ended
  return { code, err, wait: performance.now() - start }
}

function expectStopped({ code, err, wait }: Stopped, exitCode: number): void {
  expect(err).toMatch(/^Stopped\. .*(kept|whole)/m)
  expect(err).not.toMatch(/\n\s+at /)
  expect(code).toBe(exitCode)
  expect(wait).toBeLessThan(second())
}

describe('a closed pipe', () => {
  it.each([
    ['train', () => ['train', shared, '--folds', '0', '--steps', '500']],
    ['guess', () => ['guess', shared, ...pictures]],
    ['guess-dir', () => ['guess-dir', shared, SAMPLE_TEST, join(shared, 'classified')]],
    ['--help', () => ['--help']],
  ])('is no error: %s', async (_name, args) => {
    const child = spawn(process.execPath, [ITC, ...args()], { stdio: ['ignore', 'pipe', 'pipe'] })
    let err = ''
    child.stderr.on('data', chunk => {
      err += chunk
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const [code] = await once(child, 'close')
    expect(err).not.toMatch(/error|EPIPE|\n\s+at /i)
    expect(code).toBe(0)
  })

  it('does not keep guess-dir from its work', async () => {
    expect(await readdir(join(shared, 'classified'))).toHaveLength(pictures.length + 1)
  })
})

describe('two at once', () => {
  it('the second train stops with a sentence, guess goes on to work', async () => {
    const tfFiles = await sampleCopy()
    await fs.copy(join(shared, 'model'), join(tfFiles, 'model'))
    const first = startItc(['train', tfFiles, '--steps', '1000000'])
    await first.prints(/step \d/)
    const second = await runItc(['train', tfFiles])
    expect(second.err).toMatch(/Another itc train is at work in this folder \(process \d+/)
    expect(second.code).toBe(1)
    const guess = await runItc(['guess', tfFiles, pictures[0]!])
    expect(guess.out).toMatch(/score = /)
    expect(guess.code).toBe(0)
    first.child.kill('SIGKILL')
    await first.ended
    expect((await runItc(['train', tfFiles, '--steps', '100', '--folds', '0'])).code).toBe(0)
  })
})

const STUCK = fileURLToPath(new URL('../../../shared/faults/stuck.c', import.meta.url))

describe.runIf(process.platform === 'linux' && fs.existsSync(STUCK))('a disk that never answers', () => {
  let env: Record<string, string> = {}
  let source = ''
  let picture = ''
  beforeAll(async () => {
    const library = join(shared, 'stuck.so')
    execFileSync('gcc', ['-w', '-shared', '-fPIC', '-O1', '-o', library, STUCK, '-ldl'])
    env = { LD_PRELOAD: library }
    source = join(shared, 'some')
    picture = join(source, 'STUCK.jpg')
    for (const path of [picture, ...pictures]) await fs.copy(pictures[0]!, join(source, basename(path)))
  })

  it('does not keep a run that is done: guess-dir lists its picture and ends', async () => {
    const { code, out, err } = await runItc(['guess-dir', shared, source, join(shared, 'named')], { env })
    expect(out + err).toMatch(/STUCK\.jpg: not read within 20 s/)
    expect(code).toBe(1)
    expect(await readdir(join(shared, 'named'))).toHaveLength(pictures.length + 1)
  })

  it.each([1, 2])('does not outlast Ctrl-C, pressed %i times', async times => {
    const { child, ended } = startItc(['guess', shared, picture], { env })
    await sleep(3000)
    for (let turn = 1; turn < times; turn++) child.kill('SIGINT')
    expectStopped(await stopped(child, ended, 'SIGINT'), 130)
  })
})

it('a second Ctrl-C while threads compute ends without a word of theirs', async () => {
  const tfFiles = await sampleCopy()
  for (const moment of [300, 600, 900]) {
    const { child, ended, prints } = startItc([
      'train',
      tfFiles,
      '--seed',
      String(moment),
      '--backbone',
      'mobilenet_v1',
    ])
    await prints(/pictures in/)
    await sleep(moment)
    child.kill('SIGINT')
    const end = await stopped(child, ended, 'SIGINT')
    expectStopped(end, 130)
    expect(end.err).not.toMatch(/terminate called/)
    await fs.remove(join(tfFiles, 'bottlenecks'))
  }
})

const pictures = fs
  .readdirSync(SAMPLE_TEST)
  .filter(name => !name.startsWith('.'))
  .map(name => join(SAMPLE_TEST, name))

async function sampleCopy(): Promise<string> {
  const tfFiles = join(await tempFolder(), 'tf_files')
  await fs.copy(SAMPLE, join(tfFiles, 'data'))
  return tfFiles
}
