import { MANY_DOUBTS } from '../assess/caveats.ts'
import type { Installation, Part } from '../jobs/doctor/installation.ts'
import { DOUBTS_EXPLAINED, KIND_TITLES } from '../jobs/doctor/kinds.ts'
import type { Examination, ExamineEvent } from '../jobs/doctor/options.ts'
import { count, printable } from '../text.ts'
import { createProgress, type Progress } from './progress.ts'
import type { Terminal } from './terminal.ts'

const LABELS: Readonly<Record<ExamineEvent['kind'], string>> = {
  download: 'downloading',
  bottlenecks: 'bottlenecks',
  quality: 'looking at pictures',
  'cross-validation': 'cross-validation',
}

/** The progress bar of the step under way. */
export class DoctorProgress {
  readonly #terminal: Terminal
  #progress: Progress | undefined
  #kind: ExamineEvent['kind'] | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  event({ kind, done, total }: ExamineEvent): void {
    if (kind !== this.#kind) {
      this.close()
      this.#kind = kind
      this.#progress = createProgress(this.#terminal, LABELS[kind])
    }
    this.#progress?.update(done, total)
  }

  close(): void {
    this.#progress?.stop()
    this.#progress = undefined
    this.#kind = undefined
  }
}

/** One line for each part of the installation. */
export function printInstallation(installation: Installation, { out, colors }: Terminal): void {
  const { itc, node, system, engines, decoder, store, cache, disks } = installation
  const good = (line: string) => out(`${colors.green('ok')}  ${line}`)
  const bad = (problem: string, remedy: string | undefined) =>
    out(`${colors.yellow('!')}   ${problem.replace(/\.$/, '')}.${remedy === undefined ? '' : ` ${remedy}`}`)
  const part = <T extends object>(value: Part<T>, line: (value: T) => string) => {
    if (value.problem === undefined) good(line(value as T))
    else bad(value.problem, value.remedy)
  }
  good(`itc ${itc}, ${system}`)
  part(node, ({ version }) => `Node.js ${version}`)
  for (const engine of engines) {
    if (engine.loads) good(`engine ${engine.name} ${engine.version}`)
    else bad(`engine ${engine.name} does not load: ${engine.problem}`, engine.remedy)
  }
  part(decoder, ({ sharp, libvips }) => `sharp ${sharp} with libvips ${libvips}`)
  part(store, ({ library }) => `${library} for bottlenecks`)
  part(cache, ({ folder }) => `cache folder ${folder}`)
  for (const disk of disks) part(disk, ({ folder, free }) => `${(free / 1e9).toFixed(1)} GB free for ${folder}`)
}

/** One line for each finding, under a title for each kind. */
export function printExamination(
  { pictures, categories, findings, notes, report, csv }: Examination,
  { out, info, colors }: Terminal,
): void {
  out('')
  out(`${count(pictures, 'picture')} in ${count(categories.length, 'category', 'categories')}`)
  for (const note of notes) out(`${colors.yellow('!')}   ${printable(note)}`)
  if (findings.length === 0) out(colors.green('nothing doubtful found'))
  findings.forEach(({ kind, path, what, remedy }, at) => {
    if (kind !== findings[at - 1]?.kind) {
      const amount = findings.filter(finding => finding.kind === kind).length
      out('')
      out(colors.yellow(`${KIND_TITLES[kind]}: ${amount}`))
      if (kind === 'label' && amount > MANY_DOUBTS * pictures) out(`  (${DOUBTS_EXPLAINED})`)
    }
    out(`  ${printable(path)} ${printable(what)}. ${printable(remedy)}`)
  })
  if (report !== undefined) info(`report: ${report}`)
  if (csv !== undefined) info(`table: ${csv}`)
}
