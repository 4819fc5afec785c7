import { columnsOf, table } from '../text.ts'

/**
 * A table that fits: columns that there is no room for follow in a table below, each with the first column again.
 *
 * @param width of the terminal; a table that nobody watches is never folded
 */
export function foldedTable(
  rows: readonly (readonly string[])[],
  width: number | undefined,
  isRight?: (column: number) => boolean,
): string[] {
  const columns = rows[0]?.length ?? 0
  const blocks: string[][] = []
  for (let from = 1; from < columns; ) {
    let to = columns
    let block = blockOf(rows, from, to, isRight)
    while (to > from + 1 && width !== undefined && block.some(line => columnsOf(line) > width)) {
      block = blockOf(rows, from, --to, isRight)
    }
    blocks.push(block)
    from = to
  }
  return blocks.flatMap((block, at) => (at === 0 ? block : ['', ...block]))
}

function blockOf(
  rows: readonly (readonly string[])[],
  from: number,
  to: number,
  isRight: (column: number) => boolean = column => column > 0,
): string[] {
  const own = rows.map(row => [row[0]!, ...row.slice(from, to)])
  return table(own, column => isRight(column === 0 ? 0 : column - 1 + from))
}
