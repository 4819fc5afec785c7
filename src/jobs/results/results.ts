import { extname } from 'node:path'
import { writeNewStream } from '../../disk/writeAtomic.ts'
import { systemError } from '../../errors/system.ts'
import { systemCode, UserError } from '../../errors.ts'
import { openStore } from '../../storage/open.ts'
import { ResultsFolder } from '../guessAll/resultsFolder.ts'
import type { ResultRow } from '../guessAll/rows.ts'
import { csvTable } from './csvTable.ts'
import { megadetectorTable } from './megadetector.ts'
import { orderedRows } from './orderedRows.ts'
import { parquetTable } from './parquetTable.ts'
import type { TableWriter } from './tableWriter.ts'

export interface ResultsOptions {
  /** Called with the number of rows so far. */
  readonly onRows?: ((rows: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What the parts say in all. */
export interface ResultsSummary {
  readonly pictures: number
  /** In the model's order. */
  readonly counts: readonly { readonly label: string; readonly count: number }[]
  readonly unfamiliar: number
  readonly couldNotBeNamed: number
}

/** Counts the rows of a results folder, and with `to` writes them into one file, which must not be there yet. */
export async function tabulateResults(
  address: string,
  to: string | undefined,
  options: ResultsOptions = {},
): Promise<ResultsSummary> {
  const results = await ResultsFolder.existing(await openStore(address))
  const summary = new Summary(results.heading.labels)
  const rows = countedRows(results, summary, options)
  if (to === undefined) for await (const _ of rows);
  else await writeTable(to, tableFor(to, results), rows)
  return summary.result()
}

async function* countedRows(
  results: ResultsFolder,
  summary: Summary,
  { onRows, signal }: ResultsOptions,
): AsyncGenerator<readonly ResultRow[]> {
  for await (const { rows } of orderedRows(results, signal)) {
    for (const row of rows) summary.add(row)
    onRows?.(summary.pictures)
    yield rows
  }
}

/** @throws UserError `E_BAD_VALUE` */
function tableFor(path: string, { heading: { labels, model, source } }: ResultsFolder): TableWriter {
  if (/^[a-z0-9]+:\/\//i.test(path)) {
    const hint = 'Give a path on this machine, and copy the file from there.'
    throw new UserError('E_BAD_VALUE', `"${path}" is an address, and a table is written into a file.`, { hint })
  }
  switch (extname(path).toLowerCase()) {
    case '.parquet':
      return parquetTable(labels, { 'itc.model': model, 'itc.source': source })
    case '.csv':
      return csvTable(labels)
    case '.json':
      return megadetectorTable(labels)
    default: {
      const hint = 'Give a name that ends in .parquet, .csv or .json (MegaDetector’s, for Timelapse).'
      throw new UserError('E_BAD_VALUE', `"${path}" does not say which kind of table is meant.`, { hint })
    }
  }
}

async function writeTable(path: string, table: TableWriter, rows: AsyncIterable<readonly ResultRow[]>): Promise<void> {
  const pieces = async function* () {
    yield table.begin()
    for await (const some of rows) yield table.rows(some)
    yield table.end()
  }
  await writeNewStream(path, pieces()).catch(cause => {
    if (systemCode(cause) === 'EEXIST') {
      const hint = 'Choose another name, or remove it.'
      throw new UserError('E_EXISTS', `There is a file "${path}" already.`, { hint, cause })
    }
    const known = systemError(cause)
    if (known === undefined) throw cause
    throw new UserError(known.code ?? 'E_GONE', `"${path}" can't be written: ${known.reason}.`, {
      hint: `${known.remedy}.`,
      cause,
    })
  })
}

class Summary {
  pictures = 0
  #unfamiliar = 0
  #failed = 0
  readonly #counts: Map<string, number>

  constructor(labels: readonly string[]) {
    this.#counts = new Map(labels.map(label => [label, 0]))
  }

  add({ label, unfamiliar }: ResultRow): void {
    this.pictures++
    if (label === undefined) this.#failed++
    else this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1)
    if (unfamiliar) this.#unfamiliar++
  }

  result(): ResultsSummary {
    const counts = [...this.#counts].map(([label, count]) => ({ label, count }))
    return { pictures: this.pictures, counts, unfamiliar: this.#unfamiliar, couldNotBeNamed: this.#failed }
  }
}
