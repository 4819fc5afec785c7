import { type Command, Option } from 'commander'
import { LAYERS } from '../backbone/backbone.ts'
import { BUNDLED_NAMES, PRESET_NAMES } from '../backbone/catalog.ts'
import { RESIZES } from '../image/recipe.ts'
import { parseChannels, parseNumber } from './parse.ts'

/** What every command that chooses a pretrained network takes. */
export function addBackboneOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--preset <name>', 'networks: fast unless given, good takes twice the time, best four times').choices(
        PRESET_NAMES,
      ),
    )
    .option(
      '--backbone <name>',
      `pretrained network instead: ${BUNDLED_NAMES.join(', ')}; one to download, such as inception_v3; a file, folder or address; A+B; or auto`,
    )
    .addOption(new Option('--layers <which>', 'features to learn from: of many layers, or the last').choices(LAYERS))
    .option(
      '--input-size <pixels>',
      "side of the network's input, its own unless given; larger is slower, often better",
      parseNumber,
    )
    .addOption(new Option('--resize <how>', 'how a picture is made square').choices(RESIZES))
    .option('--mean <n>', 'of a graph of your own: it sees (value - mean) / scale', parseChannels)
    .option('--scale <n>', 'see --mean; one number, or three joined by commas', parseChannels)
    .option('--input <node>', 'of a graph of your own: the node that takes the pictures')
    .option('--bottleneck <node>', 'of a graph of your own: the node that gives the bottleneck')
}
