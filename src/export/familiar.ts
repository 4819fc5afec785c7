import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Bank } from '../assess/bank.ts'
import type { FamiliarityRule } from '../assess/familiarity.ts'

/** What tells a picture unlike anything learnt, as it is exported. */
export interface ExportFamiliarity {
  readonly rule: FamiliarityRule
  readonly bank: Bank
  /** Of the features of all backbones side by side, the ranges that pictures are compared by: [from, to). */
  readonly columns: readonly (readonly [from: number, to: number])[]
}

/** What reads familiar.json, by the language of the programs that use a format. */
type Reader = 'familiar.js' | 'familiar.py'

/** familiar.json as an object: the rule, and the bank in base64 of its little-endian numbers. */
export function familiarJson({ rule, bank, columns }: ExportFamiliarity): object {
  const { codes, scales, rows, width } = bank
  const base64 = ({ buffer, byteOffset, byteLength }: Int8Array | Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64')
  return { schema: 1, ...rule, columns, rows, width, codes: base64(codes), scales: base64(scales) }
}

/** familiar.json and what reads it; nothing for a model that has no such rule, as one made by retrain.py. */
export async function familiarFiles(
  familiarity: ExportFamiliarity | undefined,
  readers: readonly Reader[],
): Promise<[string, string][]> {
  if (!familiarity) return []
  const texts = readers.map(async name => {
    const text = await readFile(fileURLToPath(new URL(`../../page/${name}`, import.meta.url)), 'utf8')
    return [name, text] satisfies [string, string]
  })
  return [...(await Promise.all(texts)), ['familiar.json', `${JSON.stringify(familiarJson(familiarity))}\n`]]
}
