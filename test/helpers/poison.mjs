// Loaded before itc: a picture with POISON in it ends the process that decodes it, as a fault in a decoder's native code would.
import { createRequire } from 'node:module'

const native = createRequire(createRequire(import.meta.url).resolve('sharp'))(
  `@img/sharp-${process.platform}-${process.arch}/sharp.node`,
)

for (const name of ['metadata', 'pipeline']) {
  const own = native[name]
  native[name] = function (options, ...rest) {
    const bytes = options.input?.buffer
    if (bytes && Buffer.from(bytes).includes('POISON')) process.abort()
    return own.call(this, options, ...rest)
  }
}
