// Loaded before a measured program: writes its peak memory, in KiB, and the processor's time, in seconds, when it exits.
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  writeFileSync(process.env.ITC_PEAK_FILE, `${maxRSS} ${(userCPUTime + systemCPUTime) / 1e6}`)
})
