import { type Attr, constantOf, constNode, type Graph, type GraphNode, placeholderNode } from '../../src/graph/graph.ts'
import { elementCount, floatTensor, intTensor, numbersOf } from '../../src/graph/tensor.ts'
import { ints, node, text } from './networks.ts'

/**
 * A graph as lines, one a node: `name = Op input input key:value`. Attributes are words or lists of whole numbers. Constants
 * are `w = Const 2x3 0.5` (float32, its numbers repeated to fill the shape) and `axes = Ints 1,2`.
 */
export function graphOf(lines: string): Graph {
  return { nodes: linesOf(lines).map(nodeOf) }
}

/** The same notation of a graph: attributes only where `attributes` names them. */
export function graphText({ nodes }: Graph, attributes: readonly string[] = []): string[] {
  return nodes.map(each => [each.name, '=', ...wordsOf(each, attributes)].join(' '))
}

export function linesOf(lines: string): string[] {
  return lines
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
}

function nodeOf(line: string): GraphNode {
  const [name, , op, ...words] = line.split(/\s+/) as [string, string, string, ...string[]]
  if (op === 'Placeholder') return placeholderNode(name, 'float32', [-1, -1, -1, 3])
  if (op === 'Ints') return constNode(name, intTensor([numbers(words[0]!).length], numbers(words[0]!)))
  if (op === 'Const') return constNode(name, floats(words[0]!, words[1]!))
  const attrs = words.filter(word => word.includes(':') && !/:\d$/.test(word)).map(attrOf)
  const inputs = words.filter(word => !word.includes(':') || /^\w+:\d$/.test(word))
  return node(op, name, inputs, Object.fromEntries(attrs))
}

function attrOf(word: string): [string, Attr] {
  const [key, value] = word.split(':') as [string, string]
  return [key, value.includes(',') ? ints(...numbers(value)) : text(value)]
}

function floats(sizes: string, list: string) {
  const shape = sizes === 'scalar' ? [] : sizes.split('x').map(Number)
  const given = numbers(list)
  return floatTensor(
    shape,
    Float32Array.from({ length: elementCount(shape) }, (_, at) => given[at % given.length]!),
  )
}

function wordsOf(each: GraphNode, attributes: readonly string[]): string[] {
  const value = constantOf(each)
  if (value?.dtype === 'int32') return ['Ints', numbersOf(value).join()]
  if (value) {
    const rounded = numbersOf(value as Parameters<typeof numbersOf>[0]).map(number => Number(number.toFixed(3)))
    const same = rounded.every(number => number === rounded[0])
    return ['Const', value.shape.join('x') || 'scalar', same ? String(rounded[0]) : rounded.join()]
  }
  const shown = attributes.filter(key => each.attrs[key] !== undefined)
  return [each.op, ...each.inputs, ...shown.map(key => `${key}:${(each.attrs[key] as { value: unknown }).value}`)]
}

function numbers(list: string): number[] {
  return list.split(',').map(Number)
}
