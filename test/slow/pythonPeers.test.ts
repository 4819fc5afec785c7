import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import fs from 'fs-extra'
import { beforeAll, describe, expect, it } from 'vitest'
import { ITC, startItc } from '../helpers/itc.ts'
import { pythonWith } from '../helpers/pythonPackages.ts'
import { sharedFolder } from '../helpers/tempFolder.ts'
import { manyPictures, tinyModel } from '../helpers/tinyModel.ts'

const execute = promisify(execFile)
const PICTURES = 600

describe('what other programs make of itc', async () => {
  const folder = await sharedFolder()
  const pictures = join(folder, 'photos')
  let tfFiles: string
  beforeAll(async () => {
    tfFiles = (await tinyModel(folder)).tfFiles
    await manyPictures(tfFiles, pictures, PICTURES)
    await fs.outputFile(join(pictures, 'cam0/broken.png'), 'no picture')
  })

  /** Skipped where Python packages can't be had, unless the checks ask for them. */
  const available = (found: { python: string } | { missing: string }) => {
    if ('missing' in found && process.env.ITC_REQUIRE_FLEET) throw new Error(found.missing)
    return 'python' in found ? found.python : undefined
  }

  it('the example of docs/scale.md names pictures under Ray, each once', async ({ skip }) => {
    const python = available(await pythonWith(['ray==2.60.0']))
    if (python === undefined) return skip()
    const page = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8')
    const [, script] = /^```python\n([\s\S]*?)^```$/m.exec(page)!
    await fs.outputFile(join(folder, 'name.py'), script!)
    await fs.outputFile(join(folder, 'bin/itc'), `#!/bin/sh\nexec "${process.execPath}" "${ITC}" "$@"\n`, {
      mode: 0o755,
    })
    const env = {
      ...process.env,
      PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`,
      RAY_USAGE_STATS_ENABLED: '0',
    }
    await execute(python, ['name.py'], { cwd: folder, env, timeout: 300_000, maxBuffer: 1e8 })
    const rows = (await fs.readFile(join(folder, 'names.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(new Set(rows.map(({ picture }) => picture)).size).toBe(PICTURES + 1)
    expect(rows).toHaveLength(PICTURES + 1)
    expect(rows.filter(({ error }) => error)).toMatchObject([{ picture: expect.stringMatching(/broken\.png$/) }])
    // All pictures are copies of two: each has the answer that itc alone gives of it.
    const two = ['cam0/00000.png', 'cam1/00001.png'].map(name => join(pictures, name))
    const alone = JSON.parse((await startItc(['guess', tfFiles, ...two, '--json']).ended).out).pictures
    for (const { picture, scores } of rows.filter(({ error }) => !error)) {
      expect(scores).toEqual(alone[Number(/(\d+)\.png$/.exec(picture)![1]) % 2].scores)
    }
  })

  it('the table for Timelapse is one that the format’s own validator takes', async ({ skip }) => {
    const needs = ['numpy', 'tqdm', 'jsonpickle', 'requests', 'pytest', 'pillow', 'opencv-python-headless']
    const python = available(await pythonWith(needs, ['megadetector-utils==10.0.28']))
    if (python === undefined) return skip()
    const [results, table] = [join(folder, 'results'), join(folder, 'megadetector.json')]
    expect((await startItc(['guess-all', tfFiles, pictures, results]).ended).code).toBe(0)
    expect((await startItc(['results', results, '--to', table]).ended).code).toBe(0)
    const script = `
import json, sys
from megadetector.postprocessing.validate_batch_results import ValidateBatchResultsOptions, validate_batch_results
options = ValidateBatchResultsOptions()
options.check_image_existence = True
options.relative_path_base = sys.argv[2]
print("\\n" + json.dumps(validate_batch_results(sys.argv[1], options)["validation_results"]))`
    const { stdout } = await execute(python, ['-c', script, table, pictures], { timeout: 120_000 })
    const said = JSON.parse(stdout.trim().split('\n').at(-1)!)
    expect(said).toMatchObject({ errors: [], warnings: [] })
    expect(JSON.parse(await fs.readFile(table, 'utf8')).images).toHaveLength(PICTURES + 1)
    const broken = await fs.readFile(table, 'utf8')
    await fs.writeFile(table, broken.replace('"conf":', '"sure":'))
    const refused = JSON.parse(
      (await execute(python, ['-c', script, table, pictures])).stdout.trim().split('\n').at(-1)!,
    )
    expect(refused.errors).toHaveLength(1) // it can say no
  })
})
