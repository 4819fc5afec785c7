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
    const whole = formatRecord(['first', '1', ''])
    const last = formatRecord(['a "quoted"\nnäme', '2', ''])
    for (let length = 0; length < last.length - 1; length++) {
      expect(await read(whole + last.slice(0, length))).toEqual([['first', '1', '']])
    }
  })

  test.each(['', '\r'])('reads a last record that lacks its line end alone: %j', async rest => {
    expect(await read(`a,b\nc,"d\n"${rest}`)).toEqual([
      ['a', 'b'],
      ['c', 'd\n'],
    ])
  })

  test.each(['a,b\n"c,d\ne,f\n', 'a,b\nc,5" d\n', 'a,b\n"c,d'])(
    'refuses a quotation mark that is not closed, which would swallow rows: %j',
    async text => {
      await expect(read(text)).rejects.toThrow('not closed')
    },
  )

  test('refuses another encoding, in which names would be others', async () => {
    const path = join(folder, 'latin1.csv')
    for (const text of ['a,b\nM\xfcller,c\n', 'a,b\nM\xfcller,c']) {
      await writeFile(path, text, 'latin1')
      const all = async () => {
        for await (const record of readRecords(path)) expect(record.cells).toEqual(['a', 'b'])
      }
      await expect(all()).rejects.toThrow('another encoding')
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
