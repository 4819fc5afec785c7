import { InvalidArgumentError } from 'commander'

/** Parses an option's number; which numbers are allowed is said by what uses it. */
export function parseNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new InvalidArgumentError(`Expected a number but received "${text}".`)
  }
  return value
}
