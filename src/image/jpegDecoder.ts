import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { once } from '../flow/once.ts'
import { type Held, hold } from './sums.ts'

/** What is used of @jsquash/jpeg: its decoder, which is mozjpeg's, that is libjpeg-turbo's, in WebAssembly. */
interface Mozjpeg {
  decode(jpeg: Uint8Array, isTurned: boolean): Picture
}

interface StartOptions {
  instantiateWasm(imports: object, use: (instance: Instance) => void): object
  print(words: string): void
  printErr(words: string): void
}

interface Instance {
  readonly exports: object
}

/** What is used of a global that the types of Node.js lack. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>
  readonly Instance: new (compiled: object, imports: object) => Instance
}

/** What it makes of a picture: RGBA, held. */
class Picture {
  readonly held: Held

  /** @param data the decoder's own memory, which it frees next */
  constructor({ data }: Lent, width: number, height: number) {
    const { held, bytes } = hold(width, height, 4)
    bytes.set(data)
    this.held = held
  }
}

/** What it puts its pixels into: an array of browsers' would be a copy of them. */
class Lent {
  readonly data: Uint8Array

  constructor(data: Uint8Array) {
    this.data = data
  }
}

const compiled = once(async () => {
  const place = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm')
  const [module, { default: start }] = await Promise.all([
    readFile(place).then(bytes => WebAssembly.compile(bytes)),
    import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js'),
  ])
  return { module, start: start as unknown as (options: StartOptions) => Promise<Mozjpeg> }
})

/** A decoder with memory of its own, some megabytes, which serves one picture after another. */
export class JpegDecoder {
  readonly #mozjpeg: Mozjpeg
  #hasSpoken = false
  /** Whether it has looked for the classes that it makes: it does so once. */
  #hasClasses = false

  private constructor(mozjpeg: Mozjpeg) {
    this.#mozjpeg = mozjpeg
  }

  static async start(): Promise<JpegDecoder> {
    const { module, start } = await compiled()
    let decoder: JpegDecoder | undefined
    const speak = () => {
      if (decoder) decoder.#hasSpoken = true
    }
    const mozjpeg = await new Promise<Mozjpeg>((resolve, reject) => {
      const instantiateWasm: StartOptions['instantiateWasm'] = (imports, use) => {
        try {
          const instance = new WebAssembly.Instance(module, imports)
          use(instance)
          return instance.exports
        } catch (error) {
          reject(error) // thrown, it would have the library fetch the file, which may end the process
          return {}
        }
      }
      withGlobals(() => start({ instantiateWasm, print: speak, printErr: speak })).then(resolve, reject)
    })
    decoder = new JpegDecoder(mozjpeg)
    return decoder
  }

  /**
   * Decodes a picture in this thread.
   *
   * @returns RGBA; undefined where something is wrong with it, be it only a warning
   * @throws whatever: the decoder is of no use from then on
   */
  decode(jpeg: Uint8Array): Held | undefined {
    this.#hasSpoken = false
    const decode = () => this.#mozjpeg.decode(jpeg, false)
    const { held } = this.#hasClasses ? decode() : withGlobals(decode)
    this.#hasClasses = true
    return this.#hasSpoken ? undefined : held
  }
}

/** It puts what it makes into global classes of browsers, in whose place none else shall find these. */
const GLOBALS = { ImageData: Picture, Uint8ClampedArray: Lent }

function withGlobals<T>(call: () => T): T {
  const before = Object.keys(GLOBALS).map(name => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
  for (const [name, value] of Object.entries(GLOBALS)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  }
  try {
    return call()
  } finally {
    for (const [name, property] of before) {
      if (property) Object.defineProperty(globalThis, name, property)
      else Reflect.deleteProperty(globalThis, name)
    }
  }
}
