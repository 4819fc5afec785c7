import { UserError } from '../../errors.ts'

/** Numbers that one picture may become in one node, 256 MB, as 64 channels of 1,024 x 1,024, and in all nodes together. */
const LARGEST_VALUE = 2 ** 26
const LARGEST_SUM = 2 ** 32
/** Multiplications, or comparisons, for one picture: minutes on any processor, and several times what the largest networks need. */
const MOST_PRODUCTS = 1e12
/** Several times what the largest networks have; a runtime takes 3 s of the processor, and hears no signal, to load as many. */
const MOST_NODES = 20_000

/** What a network may take: a graph of a kilobyte can ask for hours. */
export class Budget {
  /** That a picture has become so far, and what they took. */
  numbers = 0
  products = 0
  #nodes = 0

  /**
   * Counts a node in.
   *
   * @param numbers that one picture becomes in it
   * @param products that each of these numbers takes
   * @throws UserError E_BAD_GRAPH when a picture would take more than any image network lets it
   */
  spend(name: string, numbers: number, products = 1): void {
    if (++this.#nodes > MOST_NODES) throw tooMuch(name, `passes ${this.#nodes} nodes`)
    this.numbers += numbers
    this.products += numbers * products
    const sum = numbers > LARGEST_VALUE ? numbers : this.numbers
    if (sum > LARGEST_SUM || numbers > LARGEST_VALUE) throw tooMuch(name, `becomes ${sum} numbers`)
    if (this.products > MOST_PRODUCTS) {
      throw tooMuch(name, `takes ${Math.round(this.products / 1e9)} billion multiplications`)
    }
  }
}

function tooMuch(name: string, what: string): UserError {
  return new UserError('E_BAD_GRAPH', `The graph takes too much: up to "${name}", a picture ${what}.`, {
    hint: 'Get the file again: no network for pictures needs so much. One that takes any size, train with a smaller --input-size.',
  })
}
