import { createOnnxEngine } from '../../dist/engine/onnx.js'

/** The engines that load on this machine. The tensorflow one needs a library that is not part of the package. */
export async function engines() {
  const found = [await createOnnxEngine()]
  try {
    const { createTensorflowEngine } = await import('../../dist/engine/tensorflow.js')
    found.push(await createTensorflowEngine())
  } catch (error) {
    console.log(`tensorflow engine left out: ${error.message}`)
  }
  return found
}
