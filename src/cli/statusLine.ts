/** Goes to the start of the line and clears it. */
export const CLEAR_LINE = '\r\x1b[K'
/** How soon a line is shown again after another was written: what goes through `| tee` reaches the screen a little later. */
const PAUSE_MS = 150

/**
 * One line below all others that is written again and again. The cursor waits at its start, so that whatever else writes to
 * the same screen, such as `tee` or the ^C of a terminal, begins a line; no cursor position is ever saved.
 */
export class StatusLine {
  readonly #stream: NodeJS.WriteStream
  readonly #shown: (line: string) => string
  #line = ''
  #notBefore = 0

  /** @param shown a line as the terminal can show it */
  constructor(stream: NodeJS.WriteStream, shown: (line: string) => string) {
    this.#stream = stream
    this.#shown = shown
  }

  /** @param line shorter than the terminal is wide; '' takes it away */
  show(line: string): void {
    if (!this.#stream.isTTY || (line !== '' && performance.now() < this.#notBefore)) return
    if (line !== '' || this.#line !== '')
      this.#stream.write(line === '' ? CLEAR_LINE : `${CLEAR_LINE}${this.#shown(line)}\r`)
    this.#line = line
  }

  /**
   * Writes something else, above the line.
   *
   * @param isSeen whether it is on the screen at once
   */
  above(write: () => void, isSeen: boolean): void {
    const line = this.#line
    this.show('')
    write()
    if (isSeen) this.show(line)
    else this.#notBefore = performance.now() + PAUSE_MS
  }
}
