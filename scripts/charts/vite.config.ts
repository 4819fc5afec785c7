import { join } from 'node:path'
import { defineConfig } from 'vite'

/** Puts the part of ECharts that charts need in the place of `src/report/echarts.ts`: the package has no use for the rest. */
export default defineConfig({
  root: import.meta.dirname,
  logLevel: 'warn',
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: '../../dist/report',
    emptyOutDir: false,
    target: 'es2022',
    minify: true,
    lib: { entry: join(import.meta.dirname, 'echarts.ts'), formats: ['es'], fileName: () => 'echarts.js' },
  },
})
