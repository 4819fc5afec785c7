// Loaded before itc: a picture with POISON in it ends the process that decodes it, as a fault in a decoder's native code would.
import sharp from 'sharp'

for (const name of ['metadata', 'toBuffer']) {
  const own = sharp.prototype[name]
  sharp.prototype[name] = function (...given) {
    const bytes = this.options.input?.buffer
    if (bytes && Buffer.from(bytes).includes('POISON')) process.abort()
    return own.apply(this, given)
  }
}
