import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bank } from '../assess/bank.ts'
import type { FamiliarityRule } from '../assess/familiarity.ts'
import type { Backbone } from '../backbone/backbone.ts'
import { compiledOnnx } from '../backbone/compile.ts'
import { isDraft } from '../disk/draft.ts'
import { makeFolder } from '../disk/folder.ts'
import { keepBeside } from '../disk/keepBeside.ts'
import { dropFile, removeFile } from '../disk/patience.ts'
import { bytesOf, readPlain, readPlainText } from '../disk/readPlain.ts'
import { writeAtomic, writeTogether } from '../disk/writeAtomic.ts'
import { networkIdentity } from '../features/identity.ts'
import type { Head } from '../head/head.ts'
import { VERSION } from '../version.ts'
import { keepForeign, keptNote } from './foreignFiles.ts'
import { type GraphStart, graphFile, graphStart } from './graphFile.ts'
import { labelLines } from './labelsFile.ts'
import type { Layout } from './layout.ts'
import { readVerified } from './load.ts'
import {
  MANIFEST_FORMAT,
  type Manifest,
  type ModelBackbone,
  type ModelFamiliarity,
  type ModelFile,
  type ModelHead,
  parseManifest,
} from './manifest.ts'

/** What training knows of a model, beyond its files. */
export interface ModelFacts extends Omit<Manifest, 'format' | 'itc' | 'backbones' | 'head' | 'familiarity' | 'graph'> {
  readonly familiarity: { readonly rule: FamiliarityRule; readonly bank: Bank } | undefined
}

/** A written model, and what a person should know of the writing, in sentences. */
export interface Written {
  readonly manifest: Manifest
  readonly notes: readonly string[]
}

/** Where a model's files go, and what is to be said of others that were there. */
interface Folder {
  readonly path: string
  readonly notes: string[]
}

/** What a model has of its backbones, where it was made ahead of the head. */
export interface ModelBeginning {
  /** sha256 of a backbone's compiled form, hex. */
  readonly sums: ReadonlyMap<Backbone, string>
  readonly graph: GraphStart
}

/**
 * Makes what a model has of its backbones, and writes nothing; undefined where the model that is there may have the same:
 * whether it has is looked at when the new one is written.
 */
export async function beginModel(layout: Layout, backbones: readonly Backbone[]): Promise<ModelBeginning | undefined> {
  const previous = await previousManifest(layout)
  if (backbones.every(backbone => presentIn(previous, backbone))) return undefined
  const sums = new Map<Backbone, string>()
  for (const backbone of backbones) sums.set(backbone, sumOf(await compiledOnnx(backbone)))
  return { sums, graph: await graphStart(backbones) }
}

/**
 * Writes a model. Its files are named by their content and never overwritten, and the manifest that names them is
 * replaced last and at once: a crash at any moment leaves the previous model whole. Files of ours that it does not name
 * are removed; somebody else's stay, beside where ours must have their name.
 *
 * @param begun of the same backbones, where it was made ahead
 */
export async function writeModel(
  layout: Layout,
  backbones: readonly Backbone[],
  head: Head,
  facts: ModelFacts,
  begun?: ModelBeginning,
): Promise<Written> {
  await makeFolder(layout.model)
  const previous = await previousManifest(layout)
  const folder: Folder = { path: layout.model, notes: [] }
  const stored = await Promise.all(backbones.map(backbone => writeBackbone(layout, folder, backbone, previous, begun)))
  const graph = await graphFile(layout, backbones, stored, head, previous, begun?.graph)
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    itc: VERSION,
    labels: facts.labels,
    backbones: stored,
    head: await writeHead(folder, head),
    engine: facts.engine,
    options: facts.options,
    ...(facts.pictures && { pictures: facts.pictures }),
    counts: facts.counts,
    metrics: facts.metrics,
    temperature: facts.temperature,
    ...(facts.certainty && { certainty: facts.certainty }),
    ...(facts.familiarity && { familiarity: await writeBank(folder, facts.familiarity) }),
    graph: graph.entry,
    skipped: facts.skipped,
  }
  const notes = await keepForeign(layout, manifest.labels, graph.parts !== undefined || 'without' in graph.entry)
  // For other programs; itc reads the manifest only. A graph of an earlier model must not stay beside the new labels.
  if ('without' in graph.entry) await removeFile(layout.graph)
  await writeTogether(
    [
      [layout.manifest, `${JSON.stringify(manifest, null, 2)}\n`],
      ...(graph.parts ? [[layout.graph, graph.parts] as const] : []),
      [layout.labels, labelLines(manifest.labels)],
    ],
    layout.model,
  )
  await removeStale(layout.model, manifest)
  return { manifest, notes: [...folder.notes, ...notes] }
}

/** The manifest that is there, if it is one of this very version: another one may compile otherwise. */
async function previousManifest(layout: Layout): Promise<Manifest | undefined> {
  try {
    const manifest = parseManifest(await readPlainText(layout.manifest), layout.manifest)
    return manifest.itc === VERSION ? manifest : undefined
  } catch {
    return undefined
  }
}

/** A compiled backbone that the previous model already has is kept: compiling costs more than all else here. */
async function writeBackbone(
  layout: Layout,
  folder: Folder,
  backbone: Backbone,
  previous: Manifest | undefined,
  begun: ModelBeginning | undefined,
): Promise<ModelBackbone> {
  const present = presentIn(previous, backbone)
  if (present && (await readVerified(layout, present).catch(() => undefined))) return present
  const bytes = await compiledOnnx(backbone)
  const written = await writeNamed(folder, stemOf(backbone), 'onnx', bytes, begun?.sums.get(backbone))
  return {
    name: backbone.name,
    weightsSha256: backbone.sha256,
    features: backbone.features,
    ...(backbone.inner && { inner: backbone.inner }),
    recipe: backbone.recipe,
    ...written,
  }
}

/** What a previous model says that it has of a backbone. */
function presentIn(previous: Manifest | undefined, backbone: Backbone): ModelBackbone | undefined {
  const stem = stemOf(backbone)
  return previous?.backbones.find(({ file }) => file.startsWith(stem))
}

function stemOf(backbone: Backbone): string {
  return `${backbone.name.replace(/[^\w.-]/g, '_')}-${networkIdentity(backbone).slice(0, 8)}`
}

/** float32 little endian: weights [width, categories], then bias [categories]. */
async function writeHead(folder: Folder, head: Head): Promise<ModelHead> {
  const values = new Float32Array(head.weights.length + head.bias.length)
  values.set(head.weights)
  values.set(head.bias, head.weights.length)
  const written = await writeNamed(folder, 'head', 'f32', new Uint8Array(values.buffer))
  return { ...written, ...(head.blocks && { normalised: true }) }
}

async function writeBank(
  folder: Folder,
  { rule, bank }: NonNullable<ModelFacts['familiarity']>,
): Promise<ModelFamiliarity> {
  const scales = new Uint8Array(bank.scales.buffer, bank.scales.byteOffset, bank.scales.byteLength)
  const codes = new Uint8Array(bank.codes.buffer, bank.codes.byteOffset, bank.codes.byteLength)
  return { ...(await writeNamed(folder, 'seen', 'i8', Buffer.concat([scales, codes]))), rows: bank.rows, rule }
}

/** Writes a file named by its content, unless it is there. What else has its name stays beside. */
async function writeNamed(
  folder: Folder,
  stem: string,
  ending: string,
  bytes: Uint8Array,
  sha256 = sumOf(bytes),
): Promise<ModelFile> {
  const file = `${stem}-${sha256.slice(0, 12)}.${ending}`
  const path = join(folder.path, file)
  const present = await bytesOf(path)
  if (present?.equals(bytes)) return { file, sha256 }
  if (present) folder.notes.push(keptNote(await keepBeside(path)))
  await writeAtomic(path, bytes)
  return { file, sha256 }
}

function sumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A file that `writeNamed` writes: its name ends with the start of its content's hash. */
const NAMED = /-([0-9a-f]{12})\.(onnx|f32|i8)$/

/** Removes what earlier trainings and killed ones left. Whatever else lies there is not ours. */
async function removeStale(folder: string, { head, backbones, familiarity }: Manifest): Promise<void> {
  const named = new Set([head, ...backbones, ...(familiarity ? [familiarity] : [])].map(({ file }) => file))
  for (const name of await readdir(folder)) {
    if (!named.has(name) && (isDraft(name) || (await isNamed(folder, name)))) await dropFile(join(folder, name))
  }
}

async function isNamed(folder: string, name: string): Promise<boolean> {
  const start = NAMED.exec(name)?.[1]
  const bytes = start && (await readPlain(join(folder, name)).catch(() => undefined))
  return Boolean(bytes) && createHash('sha256').update(bytes!).digest('hex').startsWith(start!)
}
