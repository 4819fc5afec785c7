import { join } from 'node:path'
import { expect, test } from 'vitest'
import { patiently, removeFile } from '../../src/disk/patience.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

/** Refuses as long as a virus scanner would, then does it. */
function heldFor(times: number, code: string) {
  let asked = 0
  return async () => {
    if (asked++ < times) throw Object.assign(new Error(code), { code })
    return asked
  }
}

test.each(['EPERM', 'EBUSY', 'EACCES'])('what another program holds for a moment is waited for (%s)', async code => {
  expect(await patiently(heldFor(3, code))).toBe(4)
})

test('what is refused for good is said, and other failures at once', async () => {
  await expect(patiently(heldFor(Number.POSITIVE_INFINITY, 'EPERM'))).rejects.toMatchObject({ code: 'EPERM' })
  const full = heldFor(1, 'ENOSPC')
  await expect(patiently(full)).rejects.toMatchObject({ code: 'ENOSPC' })
  expect(await full()).toBe(2)
})

test('removing what is not there is no failure', async () => {
  await removeFile(join(await tempFolder(), 'absent'))
})
