import { memoryLimit } from '../../disk/memoryLimit.ts'
import type { EngineName } from '../../engine/engine.ts'
import { UserError } from '../../errors.ts'

/** What a training takes at the least, in bytes, as measured under limits of cgroups; WebAssembly gives back no memory. */
const LEAST: Readonly<Record<EngineName, number>> = { onnx: 250e6, wasm: 450e6, tensorflow: 450e6 }

/** Refuses what the kernel would end without a word. @throws UserError E_MEMORY where a limit leaves a training too little */
export function checkMemory(engine: EngineName, limit = memoryLimit()): void {
  const least = LEAST[engine]
  if (limit === undefined || limit >= least) return
  const [has, needs] = [limit, least].map(bytes => `${Math.floor(bytes / 1e6)} MB`)
  throw new UserError(
    'E_MEMORY',
    `This process may use ${has} of memory, and a training with the ${engine} engine takes ${needs} or more.`,
    {
      hint: 'Give its container or service more: docker run --memory 1g, or MemoryMax=1G for systemd.',
    },
  )
}
