import { Argument, type Command } from 'commander'
import type { CommandContext } from './context.ts'

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const
type Shell = (typeof SHELLS)[number]

/** What the library's scripts take for granted, where it is not there: a .zshrc that nobody filled in, bash on its own. */
const NEEDED: Partial<Record<Shell, string>> = {
  zsh: '(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }',
  bash: `declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
}`,
}

/**
 * `itc completion SHELL` prints the script that a shell runs at its start; that asks `itc complete -- WORDS`.
 *
 * @param commands makes all commands that can be completed
 */
export function addCompletion({ program, terminal }: CommandContext, commands: () => Command): void {
  program
    .command('completion')
    .summary('complete commands and options in your shell')
    .description('Prints a script that lets your shell complete commands, options and their values.')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  itc completion bash >> ~/.bashrc
  itc completion zsh >> ~/.zshrc
  itc completion fish > ~/.config/fish/completions/itc.fish
  itc completion powershell >> $PROFILE`,
    )
    .action(async (shell: Shell) => {
      const { script } = await import('@bomb.sh/tab')
      if (NEEDED[shell]) terminal.out(NEEDED[shell])
      script(shell, program.name(), program.name())
      // Else bash would complete no file where the script has nothing to say.
      if (shell === 'bash') terminal.out(`complete -o default -F __${program.name()}_complete ${program.name()}`)
    })
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const { default: tab } = await import('@bomb.sh/tab/commander')
      const described = commands()
      for (const command of described.commands) command.description(command.summary()) // a line has room for no more
      const root = tab(described) as unknown as Root
      const { complete } = root
      // Nearly all arguments are files and folders, which shells know: what the library has no words for is left to them.
      root.complete = word => (root.completions.length > 0 ? complete.call(root, word) : terminal.out(':0'))
      root.parse(words)
    })
}

/** The library's collection of commands; it ends each answer with a number that forbids a shell to complete files. */
interface Root {
  readonly completions: readonly object[]
  readonly parse: (words: string[]) => void
  complete: (this: Root, word: string) => void
}
