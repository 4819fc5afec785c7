import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { once } from '../flow/once.ts'
import type { Decoded } from './shrink.ts'

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

/** What it makes of a picture: RGBA. */
class Picture {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data
    this.width = width
    this.height = height
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

  private constructor(mozjpeg: Mozjpeg) {
    this.#mozjpeg = mozjpeg
  }

  static async start(): Promise<JpegDecoder> {
    const { module, start } = await compiled()
    let decoder: JpegDecoder | undefined
    const speak = () => {
      if (decoder) decoder.#hasSpoken = true
    }
    const options: StartOptions = {
      instantiateWasm: (imports, use) => {
        const instance = new WebAssembly.Instance(module, imports)
        use(instance)
        return instance.exports
      },
      print: speak,
      printErr: speak,
    }
    decoder = new JpegDecoder(await asImageData(() => start(options)))
    return decoder
  }

  /**
   * Decodes a picture in this thread.
   *
   * @returns undefined where something is wrong with it, be it only a warning
   * @throws whatever: the decoder is of no use from then on
   */
  decode(jpeg: Uint8Array): Decoded | undefined {
    this.#hasSpoken = false
    const { data, width, height } = asImageData(() => this.#mozjpeg.decode(jpeg, false))
    return this.#hasSpoken ? undefined : { data: new Uint8Array(data.buffer), width, height }
  }
}

/** It puts what it makes into a global class of browsers, which none else shall find here. */
function asImageData<T>(call: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'ImageData')
  Object.defineProperty(globalThis, 'ImageData', { value: Picture, configurable: true, writable: true })
  try {
    return call()
  } finally {
    if (before) Object.defineProperty(globalThis, 'ImageData', before)
    else Reflect.deleteProperty(globalThis, 'ImageData')
  }
}
