import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fs from 'fs-extra'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildFault, countChanges, tryFault } from '../../scripts/campaign/fault.mjs'
import { scenariosIn } from '../../scripts/campaign/scenarios.mjs'

/** Every tenth change of a file is a crash point here; all of them are tried by `npm run campaign`. */
const EVERY = 10
/** A full disk, a broken one, and one that may not be written. */
const ERRNOS = [28, 5, 13]

const root = mkdtempSync(join(tmpdir(), 'itc-crashes-'))
/** Undefined without gcc or Linux: then these tests are shown as skipped, but not where everything is to be tried. */
const library = buildFault(root)
it.runIf(process.env.ITC_REQUIRE_GCC)('there is gcc', () => expect(library).toBeDefined())

type Scenarios = Awaited<ReturnType<typeof scenariosIn>>
let scenarios: Scenarios
beforeAll(async () => {
  if (library !== undefined) scenarios = await scenariosIn(root)
})
afterAll(async () => {
  scenarios?.end()
  await fs.remove(root)
})

const COMMANDS = [
  'train',
  'guess-dir, copy',
  'guess-dir, move',
  'guess-dir, copy, into folders',
  'guess-dir, move, into folders',
  'undo',
  'guess-dir, move, across disks',
  'undo, across disks',
  'export',
  'parts',
]

describe.skipIf(library === undefined)('killed at a change of a file, or refused it', () => {
  it.each(COMMANDS)('%s loses nothing, and does the rest when it is run again', async name => {
    const scenario = scenarios.scenarios.find(each => each.name === name)
    if (scenario === undefined) return expect(name).toContain('across disks') // no second disk here
    const changes = await countChanges(library!, scenario)
    expect(changes).toBeGreaterThan(10)
    const every = name === 'parts' ? 1 : EVERY
    const wrong: string[] = []
    for (let at = every; at <= changes; at += every) {
      const does = (at / every) % 4 === 0 ? ERRNOS[at % ERRNOS.length]! : 'kill'
      wrong.push(...(await tryFault(library!, scenario, at, does)).wrong)
    }
    expect(wrong).toEqual([])
  })
})
