import { UserError } from '../errors.ts'
import { BUNDLED_NAMES, CATALOG } from './catalog.ts'
import { nearest } from './nearest.ts'

/** The sentence for a name that is not in the catalog: the nearest name and the list. */
export function unknownBackbone(name: string): UserError {
  const meant = nearest(
    name,
    CATALOG.flatMap(entry => [entry.name, ...entry.aliases]),
  )
  const question = meant === undefined ? '' : ` Did you mean ${meant}?`
  return new UserError('E_UNKNOWN_BACKBONE', `There is no backbone "${name}".${question}`, { hint: listNames() })
}

function listNames(): string {
  const others = CATALOG.filter(({ name, source }) => source.kind === 'download' && !name.startsWith('mobilenet_v1_'))
  return [
    `Bundled: ${BUNDLED_NAMES.join(', ')}.`,
    `Downloaded on first use: ${others.map(({ name }) => name).join(', ')},`,
    'mobilenet_v1_{1.0,0.75,0.5,0.25}_{224,192,160,128}[_quant].',
    'Or the path or address of a TensorFlow or ONNX file.',
  ].join(' ')
}
