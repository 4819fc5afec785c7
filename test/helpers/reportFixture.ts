import { evaluate } from '../../src/assess/metrics.ts'
import type { FindingsData } from '../../src/report/findingsPage.ts'
import type { ReportData, ReportPicture } from '../../src/report/reportData.ts'

/** A one-pixel picture. */
export const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'

/** A report on pictures whose every sixth is taken for the next category. */
export function sampleReport(categories: readonly string[], perCategory: number): ReportData {
  const pictures: ReportPicture[] = categories.flatMap((name, given) =>
    Array.from({ length: perCategory }, (_, at) => {
      const wrong = at % 6 === 5
      const predicted = wrong ? (given + 1) % categories.length : given
      return { path: `${name}/picture-${at}.jpg`, given, predicted, score: wrong ? 0.6 : 0.9 }
    }),
  )
  const labels = Int32Array.from(pictures, ({ given }) => given)
  const logits = Float32Array.from(
    pictures.flatMap(({ predicted, score }) =>
      categories.map((_, category) =>
        Math.log(category === predicted ? score : (1 - score) / Math.max(1, categories.length - 1)),
      ),
    ),
  )
  const evaluation = evaluate({ logits, labels, categories: categories.length })
  const wrong = pictures.flatMap(({ given, predicted }, row) =>
    given === predicted ? [] : [{ row, given, predicted }],
  )
  const point = { accuracy: 0.8, low: 0.7, high: 0.9, tested: 100 }
  return {
    title: 'pets & "friends" <b>',
    categories,
    pictures,
    evaluation,
    basis: { kind: 'cross-validation', folds: 5 },
    test: evaluation,
    calibration: { temperature: 1.3, before: 0.08, after: 0.02 },
    history: [1, 2, 3].map(step => ({
      step: step * 100,
      trainAccuracy: 0.6 + step / 10,
      crossEntropy: 1 / step,
      validationAccuracy: 0.6 + step / 20,
      validationCrossEntropy: 1.1 / step,
    })),
    curve: {
      points: [20, 40, 80].map(at => ({ ...point, pictures: at })),
      forecast: [160, 320].map(at => ({ ...point, pictures: at, tested: 0 })),
    },
    doubts: wrong.slice(0, 5).map(({ row, given, predicted }) => {
      return { row, given, other: predicted, givenScore: 0.1, otherScore: 0.6, doubt: 1.8, contradicted: true }
    }),
    duplicates: pictures.length > 1 ? [{ first: 0, second: 1, cosine: 0.99 }] : [],
    outliers: pictures.length > 2 ? [{ row: 2, cosine: 0.4, usual: 0.8 }] : [],
    certainty: [
      { threshold: 0, pictures: pictures.length, right: evaluation.right },
      { threshold: 0.7, pictures: evaluation.right, right: evaluation.right },
    ],
    separation: {
      auroc: 0.93,
      neighboursAuroc: 0.91,
      energyAuroc: 0.88,
      perCategory: categories.map((_, category) => ({ category, pictures: perCategory, auroc: 0.93 })),
      threshold: { threshold: -3, precision: 0.95, coverage: 0.92, caught: 0.95, reached: true },
    },
    skipped: [{ path: `${categories[0]}/notes.txt`, reason: 'not a picture' }],
    recipe: { command: 'itc train ./pets --seed 1', settings: [['seed', '1']] },
  }
}

/** Findings of three kinds, one with a name that is no good HTML. */
export function findingsFixture(): FindingsData {
  const doubtful = {
    what: 'looks like dog (99.9 %), not like cat (0.1 %)',
    remedy: 'If so, move it to the folder dog.',
  }
  const copy = { what: 'is the same file as another', remedy: 'One is enough.' }
  return {
    title: 'pets & "friends" <b>',
    pictures: 40,
    categories: 2,
    command: 'itc doctor ./pets --report doubtful.html',
    groups: [
      {
        id: 'label',
        title: 'Doubtful labels',
        reason: 'Is each in the right folder?',
        isSeen: true,
        findings: [
          { path: 'cat/<b>.jpg', ...doubtful },
          { path: 'cat/7.jpg', what: 'looks like hen (60.0 %)', remedy: 'If so, move it to the folder hen.' },
        ],
      },
      {
        id: 'copy',
        title: 'Copies',
        reason: 'A copy teaches nothing new.',
        isSeen: true,
        findings: [
          { path: 'cat/1.jpg', ...copy, others: ['cat/2.jpg'] },
          { path: 'dog/1.jpg', ...copy, others: ['dog/2.jpg', 'dog/3.jpg', 'dog/4.jpg', 'dog/5.jpg'] },
        ],
      },
      {
        id: 'skipped',
        title: 'Skipped',
        reason: 'These files took no part.',
        isSeen: false,
        findings: [{ path: 'dog/notes.txt', what: 'is skipped: not a picture', remedy: 'Mend it.' }],
      },
    ],
  }
}
