import type { MixedUp } from '../../assess/caveats.ts'
import type { LabelDoubt } from '../../assess/doubtful.ts'
import type { NearDuplicate, Outlier } from '../../assess/duplicates.ts'
import { groupRefusals } from '../../dataset/refusals.ts'
import type { Dataset, Skipped } from '../../dataset/scan.ts'
import type { Split } from '../../dataset/split.ts'
import type { Extraction } from '../../features/extract.ts'
import { FLAWED, flawsOf, type PictureQuality, type QualityFlaw } from '../../image/quality.ts'
import { count, list, percent, shownLabel } from '../../text.ts'
import { SPOILT_REMEDY, type Spoilt, spoiltText } from './spoilt.ts'

/** What may be doubtful, in the order of the list: what harms most first. */
export const FINDING_KINDS = [
  'spoilt',
  'category',
  'label',
  'conflict',
  'near-conflict',
  'unclear',
  'outlier',
  'tiny',
  'odd-shaped',
  'dark',
  'blank',
  'blurred',
  'copy',
  'near-copy',
  'skipped',
] as const
export type FindingKind = (typeof FINDING_KINDS)[number]

/** One thing to look at. */
export interface Finding {
  readonly kind: FindingKind
  /** category/…/file under data/; of a whole category its name with a `/` behind. */
  readonly path: string
  /** What is doubtful: a fragment to put behind the path. */
  readonly what: string
  /** What to do about it: a sentence. */
  readonly remedy: string
  /** Other pictures that it is about. */
  readonly others?: readonly string[]
  /** Of a doubtful or unclear label, or of a category: the category that it looks like. */
  readonly looksLike?: string
}

/** A row a usable picture. */
export type Rows = Pick<Extraction, 'pictures' | 'hashes'>

/** Pictures that a category needs at least, and with how many its figures begin to mean something. */
const NEEDED = 3
const FEW = 10

/** What is wrong with most of the set; then nothing is said of labels. */
export function spoiltFindings(spoilt: readonly Spoilt[]): Finding[] {
  return spoilt.map(each => ({
    kind: 'spoilt',
    path: './',
    what: `most of the set: ${spoiltText(each)}`,
    remedy: SPOILT_REMEDY,
  }))
}

/** Whether a finding is about how categories and labels look, which a set that is spoilt tells nothing of. */
export function isAboutLabels({ kind, looksLike }: Finding): boolean {
  return kind === 'outlier' || looksLike !== undefined
}

/** Categories that can't be learnt, or hardly; copies count once, as for a training. */
export function categoryFindings({ categories }: Dataset, { pictures, hashes }: Rows): Finding[] {
  const contents = new Map(categories.map(category => [category, new Set<string>()]))
  const counts = new Map(categories.map(category => [category, 0]))
  pictures.forEach(({ label }, row) => {
    contents.get(label)!.add(hashes[row]!)
    counts.set(label, counts.get(label)! + 1)
  })
  const small = categories.flatMap((category): Finding[] => {
    const amount = contents.get(category)!.size
    const base = { kind: 'category', path: `${category}/` } as const
    const noun = amount < counts.get(category)! ? 'different picture' : 'picture'
    const what = amount === 0 ? 'has no picture that can be used' : `has only ${count(amount, noun)}`
    if (amount < NEEDED) return [{ ...base, what, remedy: `Add pictures, at least ${NEEDED}, or remove the folder.` }]
    return amount < FEW ? [{ ...base, what, remedy: 'Add more: thirty are a good start.' }] : []
  })
  return [...tooFewCategories(categories), ...small]
}

/** What keeps training from starting at all. */
function tooFewCategories(categories: readonly string[]): Finding[] {
  if (categories.length > 1) return []
  const [only] = categories
  return [
    {
      kind: 'category',
      path: only === undefined ? './' : `${only}/`,
      what: only === undefined ? 'has no folders of pictures' : 'is the only category',
      remedy: 'Make a folder for each thing that is to be told apart: at least two.',
    },
  ]
}

/** Categories that cross-validation takes for another as often as for themselves. */
export function mixedUpFindings(mixedUp: readonly MixedUp[], categories: readonly string[]): Finding[] {
  return mixedUp.map(({ given, taken, pictures, right, wrong }) => ({
    kind: 'category',
    path: `${categories[given]!}/`,
    what: `is hardly told from ${shownLabel(categories[taken]!)}: of ${pictures} pictures ${wrong} look like that, ${right} like their own`,
    remedy: 'Are the two one category? If not, add pictures that show the difference.',
    looksLike: categories[taken]!,
  }))
}

/**
 * Labels that the cross-validated predictions contradict, the most doubtful first, and then those against which more
 * speaks than for them: of labels swapped on purpose an eighth is among these only.
 */
export function labelFindings(
  doubts: readonly LabelDoubt[],
  categories: readonly string[],
  { pictures, hashes }: Rows,
): Finding[] {
  const files = new Set(hashes.map((hash, row) => `${pictures[row]!.label}/${hash}`))
  return doubts
    .filter(({ contradicted, doubt }) => contradicted || doubt > 0)
    .map(({ row, given, other, givenScore, otherScore, contradicted }) => {
      const [own, looksLike] = [categories[given]!, categories[other]!]
      const [theirs, its] = [
        `${shownLabel(looksLike)} (${percent(otherScore)})`,
        `${shownLabel(own)} (${percent(givenScore)})`,
      ]
      const move = files.has(`${looksLike}/${hashes[row]}`)
        ? `It lies in the folder ${looksLike} too: keep it in one of them.`
        : `If so, move it to the folder ${looksLike}.`
      const rather =
        otherScore > givenScore
          ? `looks rather like ${theirs} than ${its}`
          : `looks like ${its}, but those like it are ${shownLabel(looksLike)}`
      return {
        kind: contradicted ? 'label' : 'unclear',
        path: pictures[row]!.relative,
        what: contradicted ? `looks like ${theirs}, not like ${its}` : rather,
        remedy: contradicted ? move : 'Does it show its category clearly?',
        looksLike,
      }
    })
}

/** Files with the same bytes; a line for all copies of one. */
export function copyFindings({ pictures, hashes }: Rows): Finding[] {
  const groups = new Map<string, number[]>()
  hashes.forEach((hash, row) => {
    const group = groups.get(hash)
    if (group) group.push(row)
    else groups.set(hash, [row])
  })
  return [...groups.values()].flatMap((rows): Finding[] => {
    const [path, ...others] = rows.map(row => pictures[row]!.relative)
    if (others.length === 0) return []
    const across = new Set(rows.map(row => pictures[row]!.label)).size > 1
    return [
      {
        kind: across ? 'conflict' : 'copy',
        path: path!,
        what: `is the same file as ${list(others, 1)}${across ? ', in another category' : ''}`,
        remedy: across ? 'Keep it in one category.' : 'One is enough: copies teach nothing.',
        others,
      },
    ]
  })
}

/** Pictures that are all but the same and lie where that does harm: in two categories, or on two sides of the split. */
export function nearFindings(
  pairs: readonly NearDuplicate[],
  { pictures, hashes }: Rows,
  splits: readonly Split[] | undefined,
): Finding[] {
  return pairs.flatMap(({ first, second, cosine }): Finding[] => {
    const [one, other] = [pictures[first]!, pictures[second]!]
    const across = one.label !== other.label
    if (hashes[first] === hashes[second] || (!across && splits?.[first] === splits?.[second])) return []
    return [
      {
        kind: across ? 'near-conflict' : 'near-copy',
        path: one.relative,
        what: `is all but the same as ${other.relative} (${percent(cosine)} alike)${
          across ? ', in another category' : `, and one is used to ${splits![first]}, the other to ${splits![second]}`
        }`,
        remedy: across ? 'Keep them in one category.' : 'Keep one of them, or the accuracy flatters.',
        others: [other.relative],
      },
    ]
  })
}

/** Pictures like no other. */
export function outlierFindings(outliers: readonly Outlier[], { pictures }: Rows): Finding[] {
  return outliers.map(({ row, cosine, usual }) => ({
    kind: 'outlier',
    path: pictures[row]!.relative,
    what: `is like no other picture (${percent(cosine)} alike, usual ${percent(usual)})`,
    remedy: 'Does it belong there? If not, remove it; if so, add more like it.',
  }))
}

/** What is wrong with the pictures themselves. */
export function qualityFindings(qualities: readonly (PictureQuality | undefined)[], { pictures }: Rows): Finding[] {
  return qualities.flatMap((quality, row) => {
    if (quality === undefined) return []
    return flawsOf(quality).map(flaw => ({ kind: flaw, path: pictures[row]!.relative, ...FLAWS[flaw](quality) }))
  })
}

const FLAWS: Readonly<Record<QualityFlaw, (quality: PictureQuality) => Pick<Finding, 'what' | 'remedy'>>> = {
  tiny: ({ width, height }) => ({
    what: `has only ${width} x ${height} pixels`,
    remedy: `Use a larger one: below ${FLAWED.side} there is little to see.`,
  }),
  'odd-shaped': ({ width, height }) => ({
    what: `is of an odd shape, ${width} x ${height} pixels`,
    remedy: 'Crop it to what it shows.',
  }),
  dark: ({ brightness }) => ({
    what: `is dark (${percent(brightness / 255)} brightness)`,
    remedy: 'Brighten or replace it, unless the pictures to be named are as dark.',
  }),
  blank: () => ({ what: 'is of one colour, or nearly', remedy: 'Remove it, unless that is what it should show.' }),
  blurred: () => ({ what: 'is blurred', remedy: 'Use a sharp one, unless the pictures to be named are blurred too.' }),
}

/** Files that take no part, a line a reason. @param folder what their paths are relative to */
export function skippedFindings(skipped: readonly Skipped[], folder: string): Finding[] {
  return groupRefusals(skipped, folder).map(({ files, reason, paths, command, needs }) => {
    const [path, ...others] = paths as [string]
    const it = files === 1 ? 'it' : 'them'
    return {
      kind: 'skipped',
      path,
      what: files === 1 ? `is skipped: ${reason}` : `and ${count(files - 1, 'other file')} are skipped: ${reason}`,
      remedy: command
        ? `To convert ${it}${needs ? `, with ${needs}` : ''}: ${command}`
        : `Mend, convert or remove ${it}.`,
      ...(others.length > 0 && { others }),
    }
  })
}

/** In the order of the kinds; within one, as found. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return FINDING_KINDS.flatMap(kind => findings.filter(finding => finding.kind === kind))
}
