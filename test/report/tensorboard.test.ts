import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { crc32c } from '../../src/disk/crc32c.ts'
import { encodeEvents, writeSummaries } from '../../src/report/tensorboard.ts'
import { tempFolder } from '../helpers/tempFolder.ts'

let folder: string
beforeEach(async () => {
  folder = await tempFolder()
})

test('CRC-32C of the examples in RFC 3720', () => {
  expect(crc32c(new Uint8Array(32)).toString(16)).toBe('8a9136aa')
  expect(crc32c(new Uint8Array(32).fill(0xff)).toString(16)).toBe('62a8ab43')
  expect(crc32c(Buffer.from('123456789')).toString(16)).toBe('e3069283')
})

// Written by TensorFlow's own TFRecordWriter and Event message.
test('the bytes that TensorFlow writes', () => {
  const encoded = encodeEvents([{ step: 300, time: 2, scalars: { accuracy_1: 0.5 } }], 1)
  expect(Buffer.from(encoded).toString('hex')).toBe(
    '1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a2100000000000000017becf609000000000000004010ac022a130a110a0a61636375726163795f31150000003f36a0e800',
  )
})

test('curves go to train/ and validation/, and earlier runs stay', async () => {
  const history = [
    { step: 400, trainAccuracy: 0.9, crossEntropy: 0.3, validationAccuracy: 0.8, validationCrossEntropy: 0.4 },
    { step: 800, trainAccuracy: 0.95, crossEntropy: 0.2, validationAccuracy: 0.85, validationCrossEntropy: 0.3 },
  ]
  await writeSummaries(folder, history, 1_700_000_000.5)
  const [train, validation] = await writeSummaries(folder, history, 1_700_000_000.9)
  expect(await readdir(join(folder, 'train'))).toEqual([
    'events.out.tfevents.1700000000.itc',
    'events.out.tfevents.1700000000.itc.1',
  ])
  expect((await readFile(train!)).includes('cross_entropy_1')).toBe(true)
  expect((await readFile(validation!)).includes('accuracy_1')).toBe(true)
})

test('no validation pictures, no validation run', async () => {
  const [, validation] = await writeSummaries(folder, [{ step: 1, trainAccuracy: 1, crossEntropy: 0 }], 5)
  expect(validation).toBeUndefined()
  expect(await readdir(folder)).toEqual(['train'])
})
