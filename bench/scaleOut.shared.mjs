// What the parts of scale-out.mjs have in common.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A script beside this one as a process of its own; returns what it printed. */
export function child(script, env) {
  const path = fileURLToPath(new URL(script, import.meta.url))
  return execFileSync(process.execPath, [path], { env: { ...process.env, ...env }, encoding: 'utf8' })
}

/** Prints a figure beside its limit; the run ends with 1 if any is not held. */
export function verdict(name, found, limit, unit, isHeld = found <= limit) {
  console.log(`${isHeld ? 'ok  ' : 'LESS'}  ${name}: ${found.toPrecision(3)} ${unit} (limit ${limit})`)
  if (!isHeld) process.exitCode = 1
}
