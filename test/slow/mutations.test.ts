// The tests of mutated pictures and damaged networks with all their mutations; the suite tries a part of them.
process.env.ITC_ALL_MUTATIONS = '1'
await import('../image/fuzz.test.ts')
await import('../formats/damaged.test.ts')
await import('../formats/tfjsMutations.test.ts')
