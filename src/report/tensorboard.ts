import { join } from 'node:path'
import { maskedCrc32c } from '../disk/crc32c.ts'
import { makeFolder } from '../disk/folder.ts'
import { writeNew } from '../disk/writeAtomic.ts'
import { systemCode } from '../errors.ts'
import type { ReportStep } from './reportData.ts'

/** Field numbers of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const
const SUMMARY = { value: 1 } as const
const VALUE = { tag: 1, simpleValue: 2 } as const

/**
 * One step's figures for TensorBoard.
 * @internal for tests
 */
export interface ScalarEvent {
  readonly step: number
  /** Seconds since 1970. */
  readonly time: number
  /** Tag → value. */
  readonly scalars: Readonly<Record<string, number>>
}

/**
 * Writes training curves where TensorBoard finds them, in folders and under tags as retrain.py named them: `accuracy_1`
 * and `cross_entropy_1` below `train/` and `validation/`. Runs already there are kept.
 *
 * @param time seconds since 1970 that the events bear
 * @returns the paths written
 */
export async function writeSummaries(folder: string, history: readonly ReportStep[], time: number): Promise<string[]> {
  const train = history.map(report => event(report.step, report.trainAccuracy, report.crossEntropy))
  const validation = history.flatMap(({ step, validationAccuracy: accuracy, validationCrossEntropy: entropy }) => {
    return accuracy === undefined || entropy === undefined ? [] : [event(step, accuracy, entropy)]
  })
  const written = [await writeEvents(join(folder, 'train'), train, time)]
  if (validation.length > 0) written.push(await writeEvents(join(folder, 'validation'), validation, time))
  return written

  function event(step: number, accuracy: number, entropy: number): ScalarEvent {
    return { step, time, scalars: { accuracy_1: accuracy, cross_entropy_1: entropy } }
  }
}

/**
 * An event file's bytes: TFRecords of `Event` messages, the first of which names the version.
 * @internal for tests: the bytes that TensorFlow writes
 */
export function encodeEvents(events: readonly ScalarEvent[], time: number): Uint8Array {
  const version = Buffer.concat([double(EVENT.wallTime, time), bytes(EVENT.fileVersion, Buffer.from('brain.Event:2'))])
  return Buffer.concat([record(version), ...events.map(event => record(encodeEvent(event)))])
}

async function writeEvents(folder: string, events: readonly ScalarEvent[], time: number): Promise<string> {
  await makeFolder(folder)
  const encoded = encodeEvents(events, time)
  for (let run = 0; ; run++) {
    const path = join(folder, `events.out.tfevents.${Math.floor(time)}.itc${run === 0 ? '' : `.${run}`}`)
    try {
      await writeNew(path, encoded)
      return path
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error // two runs in one second
    }
  }
}

function encodeEvent({ step, time, scalars }: ScalarEvent): Buffer {
  const values = Object.entries(scalars).map(([tag, value]) => {
    return bytes(SUMMARY.value, Buffer.concat([bytes(VALUE.tag, Buffer.from(tag)), float(VALUE.simpleValue, value)]))
  })
  return Buffer.concat([
    double(EVENT.wallTime, time),
    Buffer.of(EVENT.step << 3),
    varint(step),
    bytes(EVENT.summary, Buffer.concat(values)),
  ])
}

/** TFRecord framing: length, checksum of the length, data, checksum of the data. */
function record(data: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeBigUInt64LE(BigInt(data.length))
  head.writeUInt32LE(maskedCrc32c(head.subarray(0, 8)), 8)
  const foot = Buffer.alloc(4)
  foot.writeUInt32LE(maskedCrc32c(data))
  return Buffer.concat([head, data, foot])
}

function varint(value: number): Buffer {
  const digits: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) digits.push((left % 0x80) | 0x80)
  return Buffer.from([...digits, left])
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.of((field << 3) | 2), varint(value.length), value])
}

function double(field: number, value: number): Buffer {
  const encoded = Buffer.alloc(9)
  encoded[0] = (field << 3) | 1
  encoded.writeDoubleLE(value, 1)
  return encoded
}

function float(field: number, value: number): Buffer {
  const encoded = Buffer.alloc(5)
  encoded[0] = (field << 3) | 5
  encoded.writeFloatLE(value, 1)
  return encoded
}
