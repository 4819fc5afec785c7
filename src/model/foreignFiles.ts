import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { keepBeside } from '../disk/keepBeside.ts'
import { bytesOf } from '../disk/readPlain.ts'
import { array, fits, looseObject, number, optional, text } from '../schema.ts'
import { isMarked } from './graph.ts'
import { labelLines } from './labelsFile.ts'
import type { Layout } from './layout.ts'
import type { Manifest } from './manifest.ts'

/** As much of a manifest as tells what it vouches for; of any version of `itc`. */
type Vouching = Partial<Pick<Manifest, 'format' | 'itc' | 'labels' | 'graph'>>

const vouchingSchema = looseObject({
  format: number,
  itc: text,
  labels: optional(array(text)),
  graph: optional(looseObject({ sha256: optional(text) })),
})

/**
 * Keeps what somebody else put where a model's files are to go: each such file stays beside as `.bak`. Ours is what the
 * manifest that is there names with its hash, or what carries our mark.
 *
 * @param labels of the model to be written
 * @param graph whether the graph that is there is to be replaced or removed
 * @returns what was kept, in sentences
 */
export async function keepForeign(layout: Layout, labels: readonly string[], graph: boolean): Promise<string[]> {
  const manifest = await bytesOf(layout.manifest)
  const vouching = manifest && parsed(manifest)
  const foreign = [
    ...(manifest && !vouching ? [layout.manifest] : []),
    ...(graph && !(await isOwnGraph(layout.graph, vouching)) ? [layout.graph] : []),
    ...((await isOwnLabels(layout.labels, [labels, vouching?.labels ?? []])) ? [] : [layout.labels]),
  ]
  const kept = await Promise.all(foreign.map(keepBeside))
  return kept.map(keptNote)
}

/** What a person is told of a file that was kept. */
export function keptNote(beside: string): string {
  const name = basename(beside)
  return `${name.replace(/(\.\d+)?\.bak$/, '')} was not written by itc and is kept as ${name}.`
}

function parsed(bytes: Buffer): Vouching | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString())
    return fits<Vouching>(vouchingSchema, value) ? value : undefined
  } catch {
    return undefined
  }
}

async function isOwnGraph(path: string, vouching: Vouching | undefined): Promise<boolean> {
  const bytes = await bytesOf(path)
  if (bytes === undefined) return true
  const { graph } = vouching ?? {}
  const named = graph && 'sha256' in graph && graph.sha256 === createHash('sha256').update(bytes).digest('hex')
  return named || isMarked(bytes)
}

/** The same labels are the same file whoever wrote it. */
async function isOwnLabels(path: string, known: readonly (readonly string[])[]): Promise<boolean> {
  const content = (await bytesOf(path))?.toString()
  if (content === undefined) return true
  return known.some(labels => labelLines(labels) === content)
}
