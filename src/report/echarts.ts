/**
 * The library's one-file build, which loads in 60 ms; its many small modules take 500. `npm run build` puts in the place of
 * this file what charts need of it (`scripts/charts`).
 */
export const { init } = (await import('echarts/dist/echarts.esm.min.mjs' as string)) as typeof import('echarts')
