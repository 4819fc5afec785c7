import { describe, expect, test } from 'vitest'
import { findingsTable } from '../../src/jobs/doctor/findingsTable.ts'
import { type FindingGroup, renderFindings } from '../../src/report/findingsPage.ts'
import { isReport } from '../../src/report/page.ts'
import { findingsFixture, PIXEL } from '../helpers/reportFixture.ts'

const base = findingsFixture()

describe('the page of findings', () => {
  test('has a summary, a section a kind, and escapes what names can hold', async () => {
    const page = await renderFindings(base, async () => PIXEL)
    expect(isReport(page)).toBe(true)
    expect(page).toContain('<h1>5 things to look at</h1>')
    expect(page).toContain('Begin with <a href="#label">Doubtful labels</a>')
    expect([...page.matchAll(/<h2[^>]*>([^<]+)</g)].map(([, title]) => title)).toEqual([
      'Doubtful labels (2)',
      'Copies (2)',
      'Skipped (1)',
    ])
    expect(page).not.toContain('<b>.jpg')
    expect(page).toContain('cat/&lt;b&gt;.jpg')
  })

  test('says a remedy that all share once, and shows a copy beside the others', async () => {
    const page = await renderFindings(base, async () => PIXEL)
    expect(page.match(/One is enough/g)).toHaveLength(1)
    const several = /<li class="several">.*?<\/li>/s.exec(page)![0]
    expect([...several.matchAll(/aria-label="([^"]+)"/g)].map(([, path]) => path)).toEqual(['cat/1.jpg', 'cat/2.jpg'])
  })

  test('asks for the first pictures of every kind, however many the first kind has', async () => {
    const many: FindingGroup = {
      ...base.groups[0]!,
      id: 'many',
      findings: Array.from({ length: 500 }, (_, at) => ({ path: `a/${at}.jpg`, what: 'is odd', remedy: 'Look.' })),
    }
    const asked = new Set<string>()
    const page = await renderFindings({ ...base, groups: [many, ...base.groups.slice(1)] }, async path => {
      asked.add(path)
      return PIXEL
    })
    expect(asked).toContain('cat/1.jpg')
    expect(asked).not.toContain('dog/notes.txt')
    expect(asked.has('a/499.jpg')).toBe(false)
    expect(page).toContain('440 more by name')
  })

  test('of nothing says so', async () => {
    const page = await renderFindings({ ...base, groups: [] }, async () => PIXEL)
    expect(page).toContain('<h1>Nothing doubtful found</h1>')
    expect(page).not.toContain('Begin with')
  })
})

test('the table of findings opens in a spreadsheet: a byte order mark, and no cell that is a formula', () => {
  const finding = { kind: 'skipped', path: '=cmd.txt', what: 'is skipped', remedy: 'Mend, or remove it.' } as const
  expect(findingsTable([{ ...finding, others: ['-b.txt', 'c.txt'] }])).toBe(
    '\uFEFFrank,kind,path,what,remedy,looks_like,others\n' +
      '1,skipped,\'=cmd.txt,is skipped,"Mend, or remove it.",,"\'-b.txt\nc.txt"\n',
  )
})
