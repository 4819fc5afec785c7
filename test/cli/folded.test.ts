import { describe, expect, test } from 'vitest'
import { folded } from '../../src/cli/folded.ts'

describe('a line that is longer than the terminal is wide', () => {
  const caution = '11 pictures prove little, one more or less right is 9.1 %: go by the cross-validation'

  test('ends between words', () => {
    expect(folded(caution, 80)).toBe(
      '11 pictures prove little, one more or less right is 9.1 %: go by the\n  cross-validation',
    )
  })

  test.each([120, 80, 60, 40, 20])('loses nothing and fits %i columns', width => {
    const lines = folded(`  ${caution}`, width).split('\n')
    expect(lines.every(line => line.length <= width)).toBe(true)
    expect(lines.join(' ').replace(/ +/g, ' ').trim()).toBe(caution)
  })

  test.each([80, 60, 44, 40, 36])('keeps a number and its percent sign together at %i columns', width => {
    const accuracy = 'final test accuracy 90.9 % (10 of 11; 95 % interval 62.3 % to 98.4 %)'
    expect(folded(accuracy, width)).not.toMatch(/\n *%/)
    expect(folded(accuracy, width).replace(/\n */g, ' ')).toBe(accuracy)
  })

  test('is left as it is where nobody watches, and where it fits', () => {
    expect(folded(caution, undefined)).toBe(caution)
    expect(folded(caution, caution.length)).toBe(caution)
  })

  test('keeps commands whole, so that they can be copied', () => {
    const command = "itc guess-dir './my files' ./pictures ./sorted --into folders"
    expect(folded(`what is left of the pictures can be named by ${command}`, 80).split('\n')[1]).toBe(`  ${command}`)
    const conversion = 'for f in *.heic; do heif-convert "$f" "$f.jpg"; done'
    expect(folded(`To convert them, with libheif-examples: ${conversion}`, 60).split('\n').at(-1)).toBe(
      `  ${conversion}`,
    )
    const told = 'Convert it to ONNX: pip install tf2onnx tensorflow, then python -m tf2onnx.convert --tflite FILE'
    expect(folded(told, 60).split('\n')).toEqual([
      'Convert it to ONNX: pip install tf2onnx tensorflow, then',
      '  python -m tf2onnx.convert --tflite FILE',
    ])
    const own = `    ${conversion}${conversion}`
    expect(folded(own, 40)).toBe(own)
  })

  test('leaves JSON, paths and what colours take alone', () => {
    const json = JSON.stringify({ reason: caution })
    expect(folded(json, 40)).toBe(json)
    const path = `./${'deep/'.repeat(30)}picture.jpg`
    expect(folded(path, 40)).toBe(path)
    const coloured = `\x1b[33m${'word '.repeat(7)}word\x1b[39m`
    expect(folded(coloured, 39)).toBe(coloured)
  })
})
