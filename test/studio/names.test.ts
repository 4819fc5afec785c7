import { describe, expect, it } from 'vitest'
import { checkCategoryName, cleanFileName } from '../../src/studio/pictures/names.ts'

describe('the name of a category', () => {
  it.each(['roses', 'Löwenzahn', 'a b', 'x_y', '花', 'a.b', 'y'.repeat(100), 'console', '0'])('may be %s', name => {
    expect(checkCategoryName(name, [])).toBe(name)
  })

  it.each([
    '',
    ' ',
    '.',
    '..',
    '.x',
    'x.',
    'x ',
    'a/b',
    'a\\b',
    'a:b',
    'a*b',
    'a?b',
    'a"b',
    'a<b',
    'a>b',
    'a|b',
    'a\nb',
    'a\u0000b',
    'a\u0085b',
    'dog\u202egod',
    'y'.repeat(101),
    '花'.repeat(90),
    'CON',
    'nul',
    'com1',
    'LPT9',
    'aux.txt',
    'Thumbs.db',
  ])('may not be %j', name => {
    expect(() => checkCategoryName(name, [])).toThrow(/can't be the name of a category: .+\./)
  })

  it.each(['Roses', 'red roses', 'RED_ROSES', 'tulips'])(
    '%s is taken when there are roses, red_roses and tulips',
    name => {
      expect(() => checkCategoryName(name, ['roses', 'red_roses', 'tulips'])).toThrow('already')
    },
  )

  it('is composed: two ways to write ö are one', () => {
    expect(checkCategoryName('Mo\u0308we', [])).toBe('M\u00f6we')
    expect(() => checkCategoryName('mo\u0308we', ['M\u00f6we'])).toThrow('already')
  })
})

describe('the name of a file that a browser sends', () => {
  it.each([
    ['a.jpg', 'a.jpg'],
    ['../../etc/passwd', 'passwd.png'],
    ['C:\\Users\\me\\a b.png', 'a b.png'],
    ['.hidden', 'hidden.png'],
    ['...', 'picture.png'],
    ['', 'picture.png'],
    ['a:b?.jpg', 'a_b_.jpg'],
    ['con.jpg', '_con.jpg'],
    ['x\u0000.jpg', 'x_.jpg'],
    ['\u202egpj.exe', '_gpj.exe.png'],
    ['a.html', 'a.html.png'],
    ['Thumbs.db', 'Thumbs.db.png'],
    ['jpg', 'jpg.png'],
    ['CON', '_CON.png'],
  ])('%j becomes %j', (given, name) => {
    expect(cleanFileName(given, 'PNG')).toBe(name)
  })

  it('stays short enough for every file system, its ending kept', () => {
    const name = cleanFileName(`${'花'.repeat(300)}.jpeg`, 'JPEG')
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240)
    expect(name).toMatch(/\.jpeg$/)
  })
})
