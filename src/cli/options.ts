import { type Command, Option } from 'commander'
import { ENGINE_CHOICES, type EngineChoice } from '../engine/load.ts'
import { DEFAULT_LIMITS, type DecodeLimits, limitsWith } from '../image/limits.ts'
import { parseNumber } from './parse.ts'

/** What every command that decodes pictures takes. */
export interface PictureFlags {
  readonly engine?: EngineChoice
  readonly maxPixels?: number
  readonly allowTruncated?: boolean
}

export function engineOption(): Option {
  return new Option('--engine <name>', 'what runs the network')
    .choices(ENGINE_CHOICES)
    .env('ITC_ENGINE')
    .default('auto')
}

export function addPictureOptions(command: Command): Command {
  return command
    .option('--max-pixels <n>', 'skip pictures larger than this', parseNumber, DEFAULT_LIMITS.maxPixels)
    .option('--allow-truncated', 'use what there is of pictures that end early')
}

/** What `addPictureOptions` gave. @throws UserError before anything is done */
export function pictureOptions({ maxPixels, allowTruncated }: PictureFlags): { limits: DecodeLimits } {
  return {
    limits: limitsWith({ ...(maxPixels !== undefined && { maxPixels }), ...(allowTruncated && { allowTruncated }) }),
  }
}
