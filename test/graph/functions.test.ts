import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { compileOnnx } from '../../src/compile/compile.ts'
import { UserError } from '../../src/errors.ts'
import { readGraphDef } from '../../src/formats/graphdef/read.ts'
import { findBottleneck } from '../../src/graph/cut/bottleneck.ts'
import { findInput } from '../../src/graph/cut/input.ts'
import { type GraphFunction, inlined } from '../../src/graph/functions.ts'
import type { GraphNode } from '../../src/graph/graph.ts'
import { RAW, runOnnx } from '../helpers/runGraph.ts'

function call(name: string, callee: string, ...inputs: string[]): GraphNode {
  return { name, op: 'PartitionedCall', inputs, attrs: { f: { kind: 'func', value: callee } } }
}

function op(name: string, kind: string, ...inputs: string[]): GraphNode {
  return { name, op: kind, inputs, attrs: {} }
}

function library(...functions: GraphFunction[]): Map<string, GraphFunction> {
  return new Map(functions.map(each => [each.name, each]))
}

test('a call becomes the nodes of its function, under names of their own', () => {
  const twice: GraphFunction = {
    name: 'twice',
    inputs: ['x'],
    results: ['relu', 'x'],
    nodes: [op('relu', 'Relu', 'neg'), op('neg', 'Neg', 'x')],
  }
  const graph = {
    nodes: [op('in', 'Placeholder'), call('a', 'twice', 'in'), call('b', 'twice', 'a:1'), op('end', 'Relu', 'b')],
  }
  const { nodes } = inlined(graph, library(twice))
  expect(nodes.map(node => `${node.name}=${node.op}(${node.inputs})`)).toEqual([
    'in=Placeholder()',
    'a/relu=Relu(a/neg)',
    'a/neg=Neg(in)',
    'a=Identity(a/relu)',
    'a/result_1=Identity(in)',
    'b/relu=Relu(b/neg)',
    'b/neg=Neg(a/result_1)',
    'b=Identity(b/relu)',
    'b/result_1=Identity(a/result_1)',
    'end=Relu(b)',
  ])
})

test('functions that call each other twice each are refused before they fill the memory', () => {
  const levels = 60
  const doubling = Array.from({ length: levels }, (_, level): GraphFunction => {
    const inner =
      level + 1 === levels
        ? [op('x2', 'Relu', 'x')]
        : [call('one', `f${level + 1}`, 'x'), call('two', `f${level + 1}`, 'x')]
    return { name: `f${level}`, inputs: ['x'], results: [], nodes: inner }
  })
  const graph = { nodes: [op('in', 'Placeholder'), call('start', 'f0', 'in')] }
  expect(() => inlined(graph, library(...doubling))).toThrow('more nodes than any image network')
})

test.each([
  ['calls itself', [{ name: 'f', inputs: ['x'], results: ['again'], nodes: [call('again', 'f', 'x')] }]],
  [
    'more than 100 deep',
    Array.from({ length: 200 }, (_, i) => ({
      name: i === 0 ? 'f' : `f${i}`,
      inputs: ['x'],
      results: ['n'],
      nodes: [call('n', `f${i + 1}`, 'x')],
    })),
  ],
  ['not given as much as it takes', [{ name: 'f', inputs: ['x', 'y'], results: ['x'], nodes: [] }]],
] as [string, GraphFunction[]][])('a function that %s is refused', (words, functions) => {
  const graph = { nodes: [op('in', 'Placeholder'), call('start', 'f', 'in')] }
  expect(() => inlined(graph, library(...functions))).toThrow(UserError)
  expect(() => inlined(graph, library(...functions))).toThrow(words)
})

test('a grouped convolution that Keras wrapped in a function runs', async () => {
  const graph = readGraphDef(await readFile(new URL('../cases/grouped-conv/grouped.pb', import.meta.url)))
  const input = findInput(graph)
  const { features } = await runOnnx(
    compileOnnx(graph, { input, bottleneck: findBottleneck(graph, input), recipe: RAW }),
  )
  expect(new Set(features!.data as Float32Array).size).toBeGreaterThan(2)
})
