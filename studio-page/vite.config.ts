import { defineConfig, type Plugin } from 'vite'
import { TOKENS } from '../src/report/tokens.ts'

/** The report's colours, for the page's style sheet: `import 'virtual:tokens.css'`. */
const tokens: Plugin = {
  name: 'report-tokens',
  resolveId: name => (name === 'virtual:tokens.css' ? '\0tokens.css' : undefined),
  load: id => (id === '\0tokens.css' ? TOKENS : undefined),
}

export default defineConfig({
  root: import.meta.dirname,
  // All addresses are relative: the page lies under a token that it never knows.
  base: './',
  plugins: [tokens],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  logLevel: 'warn',
  build: {
    outDir: '../dist/studio-page',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    // The policy of the server allows nothing inline.
    assetsInlineLimit: 0,
  },
})
