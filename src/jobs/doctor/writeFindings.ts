import { basename, resolve } from 'node:path'
import { MANY_DOUBTS } from '../../assess/caveats.ts'
import { writeAtomic } from '../../disk/writeAtomic.ts'
import type { DecodeLimits } from '../../image/limits.ts'
import { type FindingGroup, renderFindings } from '../../report/findingsPage.ts'
import { checkPlace, checkReport } from '../../report/place.ts'
import { quoted } from '../../text.ts'
import { writePage } from '../train/writeReport.ts'
import { FINDING_KINDS, type FindingKind } from './findings.ts'
import { findingsTable, HEADER } from './findingsTable.ts'
import { DOUBTS_EXPLAINED, KIND_REASONS, KIND_TITLES } from './kinds.ts'
import type { Examination, ExamineOptions } from './options.ts'

type Places = Pick<ExamineOptions, 'report' | 'csv'>

/** Before anything is computed. @throws UserError when there is no place for them, or something else of the user's */
export async function checkFindingsPlaces({ report, csv }: Places): Promise<void> {
  if (report !== undefined) await checkReport(report)
  if (csv !== undefined) await checkPlace(csv, 'a table of itc doctor', text => text.startsWith(HEADER))
}

/** @param folder what the paths of the findings are relative to */
export async function writeFindings(
  tfFiles: string,
  examination: Examination,
  { report, csv }: Places,
  folder: string,
  limits: DecodeLimits,
): Promise<void> {
  if (csv !== undefined) await writeAtomic(csv, findingsTable(examination.findings))
  if (report === undefined) return
  const data = {
    title: basename(resolve(tfFiles)),
    pictures: examination.pictures,
    categories: examination.categories.length,
    groups: groupsOf(examination),
    command: `itc doctor ${quoted(tfFiles)} --report ${quoted(report)}`,
  }
  await writePage(report, (base, thumbnail) => renderFindings({ ...data, base }, thumbnail), { folder, limits })
}

/** Of these there is no one picture to show. */
const UNSEEN: ReadonlySet<FindingKind> = new Set(['spoilt', 'category', 'skipped'])

function groupsOf({ findings, pictures }: Examination): FindingGroup[] {
  return FINDING_KINDS.flatMap(kind => {
    const own = findings.filter(finding => finding.kind === kind)
    if (own.length === 0) return []
    const many = kind === 'label' && own.length > MANY_DOUBTS * pictures
    return {
      id: kind,
      title: upperFirst(KIND_TITLES[kind]),
      reason: many ? `${KIND_REASONS[kind]} These are ${DOUBTS_EXPLAINED}.` : KIND_REASONS[kind],
      isSeen: !UNSEEN.has(kind),
      findings: own,
    }
  })
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
