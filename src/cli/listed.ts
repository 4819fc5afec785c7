/** Items listed; the rest are only counted. */
const LISTED = 20

/** The first items, a line each, and how many more there are. */
export function listedLines<T>(items: readonly T[], text: (item: T) => string): string[] {
  const lines = items.slice(0, LISTED).map(item => `  ${text(item)}`)
  return items.length > LISTED ? [...lines, `  … and ${items.length - LISTED} more (--json lists all)`] : lines
}
