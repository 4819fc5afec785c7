import { dirname } from 'node:path'
import { fits, type Schema } from '../schema.ts'
import { makeFolder } from './folder.ts'
import { readPlainText } from './readPlain.ts'
import { writeAtomic } from './writeAtomic.ts'

/**
 * What a JSON file of a cache says. One that is damaged counts as absent: what it holds can be had again.
 *
 * @param schema of every field that is used later
 */
export async function readJson<T>(path: string, schema: Schema): Promise<T | undefined> {
  try {
    const value: unknown = JSON.parse(await readPlainText(path))
    return fits<T>(schema, value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Writes a JSON file, and the folders above it where they are absent; whole or not at all. */
export async function writeJson(path: string, value: object): Promise<void> {
  await makeFolder(dirname(path))
  await writeAtomic(path, `${JSON.stringify(value, undefined, 2)}\n`)
}
