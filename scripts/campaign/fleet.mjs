// The table of faults of a fleet with four times as many pictures, jobs and kills: the last part of npm run campaign.
import { spawnSync } from 'node:child_process'

const env = { ...process.env, ITC_FLEET: process.env.ITC_FLEET ?? '4', ITC_REQUIRE_FLEET: '1' }
const args = ['vitest', 'run', '--config', 'vitest.slow.config.ts', 'test/slow/fleet']
process.exitCode = spawnSync('npx', args, { env, stdio: 'inherit' }).status ?? 1
