import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { defineConfig } from 'vite'

const engine = join(import.meta.dirname, '../../dist/engine')
const library = createRequire(import.meta.url).resolve('onnxruntime-web')

/** What that file loads by its name, from beside it. */
const BESIDE = ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']

/** Puts what Node.js loads of onnxruntime-web, one file and its WebAssembly, in the place of `src/engine/onnxruntimeWeb.cjs`. */
export default defineConfig({
  root: import.meta.dirname,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true },
  plugins: [
    {
      name: 'what-lies-beside',
      writeBundle: () => {
        for (const name of BESIDE) copyFileSync(join(dirname(library), name), join(engine, name))
      },
    },
  ],
  build: {
    ssr: library,
    outDir: engine,
    emptyOutDir: false,
    target: 'es2022',
    minify: false,
    rolldownOptions: { output: { format: 'cjs', entryFileNames: 'onnxruntimeWeb.cjs' } },
  },
})
