import { useEffect, useState } from 'preact/hooks'
import type { Results } from '../../../src/studio/api.ts'
import { tellFailure } from '../notices.ts'
import { get } from '../server/request.ts'
import { opinions, shownPlace, studio } from '../state.ts'
import { count, inHundred, interval, percent } from '../words.ts'
import { Curve } from './curve.tsx'
import { MixedUp } from './mixedUp.tsx'
import { type Cell, MixUps } from './mixUps.tsx'

/** How good the model is, what it mixes up, and what became of it since. */
export function ResultsScreen() {
  const [results, setResults] = useState<Results | null>(null)
  const [cell, setCell] = useState<Cell | null>(null)
  const trainedAt = studio.value?.model?.trainedAt
  useEffect(() => {
    get<Results>('api/results').then(setResults, tellFailure)
  }, [trainedAt, opinions.value])
  if (!results) return <p class="empty">Looking …</p>
  const { model, last } = results
  if (!model) {
    return (
      <section class="empty">
        <h1>No results yet</h1>
        <p>Train on the page Pictures; here is then how good it is, and what it mixes up.</p>
      </section>
    )
  }
  const before = last?.before?.accuracy
  return (
    <section class="results">
      <header class="bar">
        <h1>
          {model.accuracy === null ? 'Trained' : inHundred(model.accuracy)}
          <span class="soft">
            {interval(model.interval)} of {count(model.pictures, 'picture')} it had not seen
          </span>
        </h1>
        {results.report && (
          <a class="button" href="report" target="_blank" rel="noreferrer">
            Open the report
          </a>
        )}
      </header>
      {last && typeof before === 'number' && last.after.accuracy !== null && (
        <p class="note">
          Since the training before: {(before * 100).toFixed(1)} → {(last.after.accuracy * 100).toFixed(1)} %
          {last.distinct ? '' : ', intervals overlap'}; {count(last.renamed, 'picture')} changed{' '}
          {last.renamed === 1 ? 'its' : 'their'} name.
        </p>
      )}
      {last?.warnings.map(warning => (
        <p key={warning} class="note">
          {warning}
        </p>
      ))}
      {results.labels.length === 0 ? (
        <p class="note">
          This model was not trained here. {results.report ? 'The report has its tables; ' : ''}training on the page
          Pictures shows them here.
        </p>
      ) : (
        <Tables results={results} chosen={cell} onChoose={setCell} />
      )}
      {cell && (
        <MixedUp
          key={`${cell.given} ${cell.predicted}`}
          cell={cell}
          mistakes={results.mistakes}
          onClose={() => setCell(null)}
        />
      )}
    </section>
  )
}

/** What is mixed up, how each category fares, what more pictures would bring and what a score means. */
function Tables({
  results,
  chosen,
  onChoose,
}: {
  readonly results: Results
  readonly chosen: Cell | null
  readonly onChoose: (cell: Cell) => void
}) {
  return (
    <div class="panels">
      <section class="panel">
        <h2>What is taken for what</h2>
        <MixUps labels={results.labels} confusion={results.confusion} chosen={chosen} onChoose={onChoose} />
      </section>
      <section class="panel">
        <h2>Each category</h2>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">Category</th>
              <th scope="col">Pictures</th>
              <th scope="col">Found</th>
              <th scope="col">Right when named</th>
            </tr>
          </thead>
          <tbody>
            {results.perCategory.map(({ label, pictures, recall, precision }) => (
              <tr key={label}>
                <th scope="row">{shownPlace(label)}</th>
                <td>{pictures}</td>
                <td>{recall === null ? '–' : percent(recall)}</td>
                <td>{precision === null ? '–' : percent(precision)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {results.curve.length > 1 && (
        <section class="panel">
          <h2>Would more pictures help?</h2>
          <Curve points={results.curve} />
        </section>
      )}
      {results.scores.length > 0 && (
        <section class="panel">
          <h2>What a score means</h2>
          <table class="list">
            <thead>
              <tr>
                <th scope="col">Best score at least</th>
                <th scope="col">Then right</th>
                <th scope="col">Of all pictures</th>
              </tr>
            </thead>
            <tbody>
              {few(results.scores).map(({ score, precision, share }) => (
                <tr key={score}>
                  <th scope="row">{percent(score)}</th>
                  <td>{percent(precision)}</td>
                  <td>{percent(share)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  )
}

/** Rows enough to see how it goes, the first and the last among them. */
function few<T>(rows: readonly T[]): readonly T[] {
  const most = 8
  if (rows.length <= most) return rows
  return Array.from({ length: most }, (_, at) => rows[Math.round((at * (rows.length - 1)) / (most - 1))]!)
}
