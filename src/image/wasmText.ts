/**
 * A function in WebAssembly's text format, of numbers (i32) and vectors (v128), which gives nothing back: an instruction a line, in
 * the order in which they take from the stack, `;;` before remarks.
 */
export interface WasmFunction {
  readonly name: string
  readonly params: readonly string[]
  readonly numbers: readonly string[]
  readonly vectors: readonly string[]
  readonly text: string
}

/** What stands behind an instruction's name. */
type Operand = 'local' | 'number' | 'offset' | 'lane' | 'bytes' | 'depth'

/** The instructions that are used here, by their code (https://webassembly.github.io/spec/core/binary/instructions.html). */
const CODES: Readonly<Record<string, readonly [code: readonly number[], ...operands: Operand[]]>> = {
  loop: [[0x03, 0x40]], // with nothing on the stack
  end: [[0x0b]],
  br_if: [[0x0d], 'depth'],
  'local.get': [[0x20], 'local'],
  'local.set': [[0x21], 'local'],
  'local.tee': [[0x22], 'local'],
  'i32.load': [[0x28], 'offset'],
  'i32.const': [[0x41], 'number'],
  'i32.lt_u': [[0x49]],
  'i32.add': [[0x6a]],
  'i32.sub': [[0x6b]],
  'v128.load': [[0xfd, 0x00], 'offset'],
  'v128.load32_splat': [[0xfd, 0x09], 'offset'],
  'v128.store': [[0xfd, 0x0b], 'offset'],
  'v128.store32_lane': [[0xfd, 0x5a], 'lane'],
  'i8x16.shuffle': [[0xfd, 0x0d], 'bytes'],
  'i8x16.swizzle': [[0xfd, 0x0e]],
  'i32x4.splat': [[0xfd, 0x11]],
  'i8x16.narrow_i16x8_u': [[0xfd, 0x66]],
  'i16x8.narrow_i32x4_s': [[0xfd, 0x85, 0x01]],
  'i16x8.extend_low_i8x16_u': [[0xfd, 0x89, 0x01]],
  'i16x8.extend_high_i8x16_u': [[0xfd, 0x8a, 0x01]],
  'i32x4.shr_u': [[0xfd, 0xad, 0x01]],
  'i32x4.add': [[0xfd, 0xae, 0x01]],
  'i32x4.dot_i16x8_s': [[0xfd, 0xba, 0x01]],
}

const [I32, V128, FUNCTION] = [0x7f, 0x7b, 0x60]

/** A module of these functions and a memory, which it exports by their names and as `memory`, as the bytes of a file. */
export function assembled(functions: readonly WasmFunction[]): Uint8Array {
  const exported = functions.map(({ name }, at) => [...text(name), 0, ...unsigned(at)])
  return Uint8Array.from([
    ...[0, ...Buffer.from('asm'), 1, 0, 0, 0],
    ...section(
      1,
      functions.map(({ params }) => [FUNCTION, ...vector(params.map(() => [I32])), 0]),
    ),
    ...section(
      3,
      functions.map((_, at) => unsigned(at)),
    ),
    ...section(5, [[0, 1]]),
    ...section(7, [...exported, [...text('memory'), 2, 0]]),
    ...section(10, functions.map(code)),
  ])
}

function code({ params, numbers, vectors, text }: WasmFunction): number[] {
  const names = [...params, ...numbers, ...vectors]
  const lines = text.split('\n').map(line => line.replace(/;;.*/, '').trim())
  const body = lines.filter(line => line !== '').flatMap(line => instruction(line.split(/\s+/), names))
  const locals = [
    [...unsigned(numbers.length), I32],
    [...unsigned(vectors.length), V128],
  ]
  const all = [...vector(locals), ...body, CODES.end![0][0]!]
  return [...unsigned(all.length), ...all]
}

function instruction([name, ...words]: readonly string[], locals: readonly string[]): number[] {
  const known = CODES[name!]
  if (known === undefined) throw new Error(`${name} is no instruction that is known here`)
  const [code, ...operands] = known
  return [...code, ...operands.flatMap(operand => encoded(operand, words, locals))]
}

function encoded(operand: Operand, words: readonly string[], locals: readonly string[]): number[] {
  const [word = ''] = words
  if (operand === 'bytes') return words.map(Number)
  if (operand === 'offset') return [0, ...unsigned(Number(word.replace('offset=', '')))]
  if (operand === 'lane') return [0, 0, Number(word)]
  if (operand === 'number') return signed(Number(word))
  if (operand === 'depth') return unsigned(Number(word))
  const at = locals.indexOf(word.slice(1))
  if (at < 0) throw new Error(`${word} is no local`)
  return unsigned(at)
}

const section = (id: number, items: readonly (readonly number[])[]) => {
  const all = vector(items)
  return [id, ...unsigned(all.length), ...all]
}
const vector = (items: readonly (readonly number[])[]) => [...unsigned(items.length), ...items.flat()]
const text = (name: string) => [...unsigned(name.length), ...Buffer.from(name)]

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}
