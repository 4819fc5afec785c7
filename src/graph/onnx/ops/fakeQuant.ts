import { fakeQuantSteps } from '../../fakeQuant.ts'
import { nodeError } from '../../graph.ts'
import { isTensor } from '../value.ts'
import type { Lowering } from './lowering.ts'

/** Limits and rounds to the steps of an 8-bit network: floor((clip(x) - least) / step + 0.5) * step + least. */
export const fakeQuant: Lowering = (node, builder) => {
  const [input, ...range] = node.inputs.map(ref => builder.operand(ref))
  const known = range.map(operand => (isTensor(operand) ? operand : undefined))
  const steps = fakeQuantSteps(node, [undefined, ...known])
  if (steps === undefined) throw nodeError(node, 'its range must be two constants, the smaller first.')
  const value = builder.value(input!)
  const { least, most, step } = steps
  const then = (op: string, name: string, ...numbers: number[]) => {
    return (from: string) =>
      builder.emit(op, name, [from, ...numbers.map(each => builder.scalar(each))], {}, value).name
  }
  const { name } = node
  const counted = [
    then('Clip', `${name}/clip`, least, most),
    then('Sub', `${name}/from`, least),
    then('Div', `${name}/steps`, step),
    then('Add', `${name}/half`, 0.5),
    then('Floor', `${name}/whole`),
    then('Mul', `${name}/length`, step),
  ].reduce((from, apply) => apply(from), value.name)
  return [builder.emit('Add', name, [counted, builder.scalar(least)], {}, value)]
}
