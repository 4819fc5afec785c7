import { shownPlace } from '../state.ts'

export interface Cell {
  readonly given: string
  readonly predicted: string
}

interface Props {
  readonly labels: readonly string[]
  readonly confusion: readonly (readonly number[])[]
  readonly chosen: Cell | null
  readonly onChoose: (cell: Cell) => void
}

/** Rows are what pictures are, columns what they were taken for; a number opens its pictures. */
export function MixUps({ labels, confusion, chosen, onChoose }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled with the keyboard too
    <section class="scroll" tabIndex={0} aria-label="Table of mix-ups">
      <table class="confusion">
        <thead>
          <tr>
            <td class="soft">in ↓ taken for →</td>
            {labels.map(label => (
              <th key={label} scope="col">
                {shownPlace(label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((given, row) => {
            const total = confusion[row]?.reduce((sum, value) => sum + value, 0) || 1
            return (
              <tr key={given}>
                <th scope="row">{shownPlace(given)}</th>
                {labels.map((predicted, column) => {
                  const value = confusion[row]?.[column] ?? 0
                  const wrong = row !== column
                  const style = { '--share': String(value / total) }
                  if (!wrong || value === 0) {
                    return (
                      <td key={predicted} class={wrong ? 'none' : 'right'} style={style}>
                        {value}
                      </td>
                    )
                  }
                  const isChosen = chosen?.given === given && chosen.predicted === predicted
                  return (
                    <td key={predicted} class="wrong" style={style}>
                      <button
                        type="button"
                        aria-pressed={isChosen}
                        aria-label={`${value} of ${shownPlace(given)} taken for ${shownPlace(predicted)}`}
                        onClick={() => onChoose({ given, predicted })}
                      >
                        {value}
                      </button>
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
