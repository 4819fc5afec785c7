import { type Command, Option } from 'commander'
import { ENGINE_CHOICES, type EngineChoice } from '../engine/load.ts'
import { DEFAULT_LIMITS, type DecodeLimits, limitsWith } from '../image/limits.ts'
import { parseNumber, parseSeveral } from './parse.ts'
import type { Terminal } from './terminal.ts'

/** Bytes of a megabyte, as the flags count. */
const MEGA = 1_000_000

/** What every command that decodes pictures takes. */
export interface PictureFlags {
  readonly maxPixels: number
  readonly maxAvifPixels: number
  readonly maxFileMb: number
  readonly maxMemoryMb: number
  readonly allowTruncated?: boolean
}

/** What every command that runs a network on pictures takes. */
export interface NetworkFlags extends PictureFlags {
  readonly engine: EngineChoice
  readonly json?: boolean
}

export function addNetworkOptions(command: Command): Command {
  command
    .addOption(
      new Option('--engine <name>', 'what runs the network').choices(ENGINE_CHOICES).env('ITC_ENGINE').default('auto'),
    )
    .addOption(jsonOption())
  return addPictureOptions(command)
}

/** Where pictures lie, for what learns from them or looks through them. */
export function addDataOptions(command: Command): Command {
  return addLinkOption(
    command.option('--data <folder>', 'category folders elsewhere, instead of data/; may be given again', parseSeveral),
  )
}

export function addLinkOption(command: Command): Command {
  return command.option(
    '--follow-links',
    'follow links to folders and to pictures elsewhere (DVC, git-annex, Hugging Face)',
  )
}

export function jsonOption(what = 'print one JSON document instead of text'): Option {
  return new Option('--json', what)
}

export function addPictureOptions(command: Command): Command {
  return command
    .option('--max-pixels <n>', 'skip pictures larger than this', parseNumber, DEFAULT_LIMITS.maxPixels)
    .option('--max-avif-pixels <n>', 'skip AVIF pictures larger than this', parseNumber, DEFAULT_LIMITS.maxAvifPixels)
    .option('--max-file-mb <n>', 'skip files larger than this', parseNumber, DEFAULT_LIMITS.maxFileBytes / MEGA)
    .option('--max-memory-mb <n>', 'skip pictures that take more', parseNumber, DEFAULT_LIMITS.maxMemoryBytes / MEGA)
    .option('--allow-truncated', 'use what there is of pictures that end early')
}

/**
 * @param terminal gets what is assumed of pictures, each sentence once
 * @throws UserError for an impossible limit, before anything is done
 */
export function limitsOf(flags: PictureFlags, terminal?: Terminal): DecodeLimits {
  const { maxPixels, maxAvifPixels, maxFileMb, maxMemoryMb, allowTruncated = false } = flags
  const [maxFileBytes, maxMemoryBytes] = [maxFileMb * MEGA, maxMemoryMb * MEGA]
  const onNote = terminal && tellOnce(terminal)
  return limitsWith({ maxPixels, maxAvifPixels, maxFileBytes, maxMemoryBytes, allowTruncated, onNote })
}

function tellOnce({ err, colors }: Terminal): (note: string) => void {
  const told = new Set<string>()
  return note => {
    if (!told.has(note)) err(`${colors.yellow('note:')} ${note}`)
    told.add(note)
  }
}
