import { InvalidArgumentError } from 'commander'

/** Parses an option's number; what uses it checks its range. */
export function parseNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new InvalidArgumentError(`Expected a number but received "${text}".`)
  }
  return value
}

/** Parses an option that may be given several times: all its values. */
export function parseSeveral(text: string, before: readonly string[] = []): string[] {
  return [...before, text]
}

/** Parses one number, or three for red, green and blue: "127.5" or "123.68,116.78,103.94". */
export function parseChannels(text: string): number | number[] {
  const values = text.split(',').map(parseNumber)
  if (values.length === 1) return values[0]!
  if (values.length === 3) return values
  throw new InvalidArgumentError(`Expected one number, or three joined by commas, but received "${text}".`)
}
