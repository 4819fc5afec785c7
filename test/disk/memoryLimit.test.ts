import { join } from 'node:path'
import fs from 'fs-extra'
import { describe, expect, it } from 'vitest'
import { isMemoryLittle, memoryLimitIn } from '../../src/disk/memoryLimit.ts'
import { checkMemory } from '../../src/jobs/train/enoughMemory.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

/** A folder in place of /, with files of such content in it. */
async function root(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await tempFolder()
  for (const [path, content] of Object.entries(files)) await fs.outputFile(join(folder, path), `${content}\n`)
  return folder
}

describe('the limit of memory', () => {
  it.each([
    ['version 2, in a container', { 'proc/self/cgroup': '0::/', 'sys/fs/cgroup/memory.max': '200000000' }],
    [
      'version 2, of a service around this one',
      {
        'proc/self/cgroup': '0::/system.slice/itc.service',
        'sys/fs/cgroup/system.slice/memory.max': '200000000',
        'sys/fs/cgroup/system.slice/itc.service/memory.max': 'max',
      },
    ],
    [
      'version 1',
      {
        'proc/self/cgroup': '4:cpu,cpuacct:/a\n3:memory:/docker/abc:d\n0::/',
        'sys/fs/cgroup/memory/docker/abc:d/memory.limit_in_bytes': '200000000',
        'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
      },
    ],
    [
      'version 1, in a container that sees its own group as the topmost',
      {
        'proc/self/cgroup': '3:memory:/docker/abc\n0::/',
        'sys/fs/cgroup/memory/memory.limit_in_bytes': '200000000',
      },
    ],
  ])('is read from cgroups, %s', async (_, files: Readonly<Record<string, string>>) => {
    expect(memoryLimitIn(await root(files))).toBe(200_000_000)
  })

  it.each([
    [{}],
    [{ 'proc/self/cgroup': '0::/', 'sys/fs/cgroup/memory.max': 'max' }],
    [{ 'proc/self/cgroup': '3:memory:/', 'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712' }],
  ])('is none where nothing limits it: %j', async (files: Readonly<Record<string, string>>) => {
    expect(memoryLimitIn(await root(files))).toBeUndefined()
  })

  it('makes work modest below 600 MB, and a training refused that could not end', () => {
    expect([undefined, 700e6, 500e6].map(limit => isMemoryLittle(limit))).toEqual([false, false, true])
    for (const limit of [undefined, 300e6]) expect(() => checkMemory('onnx', limit)).not.toThrow()
    expect(() => checkMemory('wasm', 300e6)).toThrow(/may use 300 MB of memory, and a training .* takes 450 MB/)
    expect(() => checkMemory('onnx', 200e6)).toThrow(expect.objectContaining({ code: 'E_MEMORY' }))
  })
})
