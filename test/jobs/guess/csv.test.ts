import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatRecord, guardText, parseRecord, readRecords, unguardText } from '../../../src/jobs/guess/csv.ts'
import { sharedFolder } from '../../helpers/tempFolder.ts'

const folder = await sharedFolder()

async function read(text: string): Promise<string[][]> {
  const path = join(folder, 'file.csv')
  await writeFile(path, text)
  const records: string[][] = []
  for await (const { cells, start, end } of readRecords(path)) {
    records.push([...cells])
    const line = Buffer.from(text)
      .subarray(start, end)
      .toString()
      .replace(/^\uFEFF|\n$/g, '')
    expect(parseRecord(line)).toEqual(cells)
  }
  return records
}

describe('CSV', () => {
  test.each([
    [['a', 'b', '']],
    [['comma, quote " both ",', 'line\nbreak', 'carriage\rreturn']],
    [['élan 日本 🍓', '""', '"']],
    [['', '', '']],
  ])('gives back what it was given: %j', async cells => {
    expect(await read(formatRecord(cells) + formatRecord(cells))).toEqual([cells, cells])
  })

  test('leaves out a last record that was cut off, wherever', async () => {
    const whole = formatRecord(['first', '1'])
    const last = formatRecord(['a "quoted"\nname', '2'])
    for (let length = 0; length < last.length; length++) {
      expect(await read(whole + last.slice(0, length))).toEqual([['first', '1']])
    }
  })

  test('reads what a spreadsheet saved: CRLF and a byte order mark', async () => {
    expect(await read('\uFEFFa,"b"\r\nc,d\r\n')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  test('reads records longer than a piece of the file', async () => {
    const long = 'x"y,'.repeat(100_000)
    expect(await read(formatRecord([long, 'é'.repeat(70_000)]) + formatRecord(['b', 'c']))).toEqual([
      [long, 'é'.repeat(70_000)],
      ['b', 'c'],
    ])
  })

  test('refuses what is not CSV', () => {
    expect(() => parseRecord('a"b,c')).toThrow(SyntaxError)
    expect(() => parseRecord('"a"b,c')).toThrow(SyntaxError)
  })

  test.each([
    '=1+1.jpg',
    '+a',
    '-a',
    '@a',
    '＝1+1',
    '＠a',
    '\ta',
    '\r=a',
    '\n=a',
    "'=a",
    "''-a",
    "'n roll",
    'plain',
    '',
    "'",
    'a;=1+1',
    'a;"=1+1"',
    "a;'=1",
    'a\n=1;\t@b',
  ])('never begins a cell as a formula, and loses nothing: %j', text => {
    expect(guardText(text)).not.toMatch(/(^|[;\r\n])["\t\r\n]*[=+\-@＝＋－＠]/)
    expect(unguardText(guardText(text))).toBe(text)
  })
})
