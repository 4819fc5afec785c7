import { describe, expect, it } from 'vitest'
import { StatusLine } from '../../src/cli/statusLine.ts'
import { asciiSymbols, isUnicode } from '../../src/cli/symbols.ts'

/** A screen that does what these commands mean: line feeds, returns to the start, clearing to the end of the line. */
class Screen {
  readonly isTTY = true
  readonly lines = ['']
  #column = 0

  write(text: string): boolean {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's command is what is looked for
    for (const [token] of text.matchAll(/\x1b\[K|[\s\S]/gu)) {
      const line = this.lines.at(-1)!
      if (token === '\n') this.lines.push('')
      else if (token !== '\r' && token !== '\x1b[K')
        this.#put(line.slice(0, this.#column) + token + line.slice(this.#column + 1))
      else if (token === '\x1b[K') this.#put(line.slice(0, this.#column))
      this.#column = token === '\n' || token === '\r' ? 0 : this.#column + (token === '\x1b[K' ? 0 : 1)
    }
    return true
  }

  #put(line: string): void {
    this.lines[this.lines.length - 1] = line
  }
}

describe('the line below all others', () => {
  const onScreen = () => {
    const screen = new Screen()
    return { screen, status: new StatusLine(screen as unknown as NodeJS.WriteStream, line => line) }
  }

  it('stays below what is written to the same screen, and goes without a trace', () => {
    const { screen, status } = onScreen()
    status.show('naming  1/3')
    status.above(() => screen.write('a.jpg → cat\n'), true)
    expect(screen.lines).toEqual(['a.jpg → cat', 'naming  1/3'])
    status.show('naming')
    status.show('')
    expect(screen.lines).toEqual(['a.jpg → cat', ''])
  })

  it('makes room for what comes through another program, which begins a line', () => {
    const { screen, status } = onScreen()
    status.show('training  10 %')
    status.above(() => undefined, false) // into the pipe to `tee`
    status.show('training  20 %') // too soon: the line is not on the screen yet
    screen.write('step 400\n') // by `tee`
    expect(screen.lines).toEqual(['step 400', ''])
  })

  it('leaves the cursor where a ^C or another program’s line would begin', () => {
    const { screen, status } = onScreen()
    status.show('naming  1/3')
    screen.write('^C')
    status.show('')
    expect(screen.lines).toEqual([''])
  })
})

describe('symbols', () => {
  it.each([
    [{ LANG: 'de_DE.UTF-8' }, true],
    [{ LANG: 'C.utf8' }, true],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, false],
    [{ LANG: 'C', LC_ALL: '', LC_CTYPE: 'en_US.UTF-8' }, true],
    [{ LANG: 'de_DE.ISO-8859-1' }, false],
    [{}, false],
  ])('with %o: more than ASCII %s', (env, expected) => {
    expect(isUnicode(env, 'linux')).toBe(expected)
    expect(isUnicode(env, 'win32')).toBe(true)
  })

  it('are ASCII where there is nothing else; names stay', () => {
    expect(asciiSymbols('München’s… → ██░░')).toBe("München's... -> ##--")
  })
})
