// Loaded before a measured program: writes its peak memory, in KiB, when it exits.
import { writeFileSync } from 'node:fs'

process.on('exit', () => writeFileSync(process.env.ITC_PEAK_FILE, String(process.resourceUsage().maxRSS)))
