import type { CommandContext } from './context.ts'
import { printJsonLine } from './json.ts'
import { jsonOption } from './options.ts'
import { parseNumber } from './parse.ts'

interface Flags {
  readonly port?: number
  readonly open: boolean
  readonly unlabeled?: string
  readonly readOnly?: boolean
  readonly phone?: boolean
  readonly json?: boolean
}

/** `itc studio` */
export function addStudio({ program, terminal }: CommandContext): void {
  program
    .command('studio')
    .summary('collect, sort, train and try in a page of your browser')
    .description(
      'Opens a page on this machine alone: drop pictures or use the camera, sort, train, try. The folders stay as they ' +
        'are known: what is done in the page moves files in <tf_files>, every change can be taken back, and nothing is ' +
        'ever deleted. Ctrl-C ends it; opening it again goes on.',
    )
    .argument('[tf_files]', 'working folder; made if absent', './tf_files')
    .option('--port <n>', 'port to listen on (default: one from 4100 to 4999 that the folder keeps)', parseNumber)
    .option('--no-open', 'print the address, and open no browser')
    .option('--unlabeled <folder>', 'pictures without a category (default: <tf_files>/unlabeled)')
    .option('--phone', 'opens a door on your Wi-Fi for adding pictures only, and shows its code')
    .option('--read-only', 'for showing: nothing can be changed')
    .addOption(jsonOption('print a line of JSON with the address, then one an event'))
    .addHelpText(
      'after',
      `
Examples:
  itc studio
  itc studio ./birds --unlabeled ./camera-card
  itc studio ./birds --phone
  itc studio ./birds --read-only --no-open`,
    )
    .action(async (tfFiles: string, { json = false, open, ...flags }: Flags) => {
      const { serveStudio } = await import('../studio/server/serve.ts')
      await serveStudio(tfFiles, {
        ...flags,
        onPhone: ({ address, code, until }) => {
          if (json) printJsonLine(terminal, { phone: address, until })
          else terminal.out(`${code}\nphone: ${address} (takes pictures only; shuts 15 minutes after the last one)`)
        },
        signal: terminal.signal,
        onReady: (address, running) => {
          if (json) printJsonLine(terminal, { address, running })
          else terminal.out(`studio: ${address} (${running ? 'is open already' : 'Ctrl-C ends it'})`)
          if (open && !json && terminal.outIsTerminal) void openPage(address)
        },
        onEvent: (event, data) => json && printJsonLine(terminal, { event, ...data }),
      })
    })
}

/** Where there is a display, and the person sits at it. */
async function openPage(address: string): Promise<void> {
  const { env, platform } = process
  const isFar = env.SSH_CONNECTION !== undefined || env.SSH_TTY !== undefined
  const isBlind = platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY
  if (isFar || isBlind) return
  const { openInDesktop } = await import('../studio/server/openInDesktop.ts')
  await openInDesktop(address).catch(() => undefined) // the address is printed
}
