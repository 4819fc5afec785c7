import { expect, test } from 'vitest'
import { cutGraph } from '../../src/graph/cut/cut.ts'
import { simplify } from '../../src/graph/simplify/simplify.ts'
import { graphOf, graphText, linesOf } from '../helpers/graphText.ts'

/** What `simplify` makes of a graph whose last node is its output. */
function simplified(before: string, after: string, ...attributes: string[]): void {
  const graph = graphOf(before)
  expect(graphText(simplify(graph, [graph.nodes.at(-1)!.name]), attributes)).toEqual(linesOf(after))
}

const CONV = `x = Placeholder
  w = Const 1x1x3x2 1
  c = Conv2D x w`

test.each<[what: string, before: string, after: string]>([
  [
    'what does nothing',
    'x = Placeholder\n i = Identity x\n s = StopGradient i\n y = Relu s',
    'x = Placeholder\n y = Relu x',
  ],
  ['an output, which keeps its name', 'x = Placeholder\n s = StopGradient x', 'x = Placeholder\n s = Identity x'],
  ['one of several passed on', 'x = Placeholder\n n = IdentityN x\n y = Relu n:0', 'x = Placeholder\n y = Relu x'],
  [
    'dropout',
    `x = Placeholder
     keep = Const scalar 0.5
     scaled = RealDiv x keep
     shape = Ints 1,4
     random = RandomUniform shape
     mask = Floor random
     y = Mul scaled mask
     z = Relu y`,
    'x = Placeholder\n z = Relu x',
  ],
])('bypass: %s is linked past', (_, before, after) => simplified(before, after))

test.each<[what: string, before: string, after: string]>([
  [
    'a sum of two',
    'x = Placeholder\n a = Const scalar 2\n b = Const scalar 3\n c = Add a b\n y = Relu c',
    'c = Const scalar 5\n y = Relu c',
  ],
  [
    'what depends on the picture stays',
    'x = Placeholder\n a = Const scalar 2\n y = Maximum x a',
    'x = Placeholder\n a = Const scalar 2\n y = Maximum x a',
  ],
])('constants: %s', (_, before, after) => simplified(before, after))

test.each<[what: string, before: string, after: string]>([
  [
    'a factor goes into the weights',
    `${CONV}\n f = Const 2 2,4\n y = Mul c f`,
    `x = Placeholder
     c/folded_weights = Const 1x1x3x2 2,4,2,4,2,4
     c = Conv2D x c/folded_weights
     y/folded_bias = Const 2 0
     y = BiasAdd c y/folded_bias`,
  ],
  [
    'normalisation, then a sum: one bias under the last name',
    `${CONV}
     scale = Const 2 2
     offset = Const 2 1
     mean = Const 2 3
     variance = Const 2 0.9999
     n = FusedBatchNorm c scale offset mean variance
     t = Const 2 0.5
     y = Add n t`,
    `x = Placeholder
     c/folded_weights = Const 1x1x3x2 2
     c = Conv2D x c/folded_weights
     y/folded_bias = Const 2 -4.5
     y = BiasAdd c y/folded_bias`,
  ],
  [
    'a plain bias stays as it was',
    `${CONV}\n b = Const 2 1\n y = BiasAdd c b`,
    `${CONV}\n b = Const 2 1\n y = BiasAdd c b`,
  ],
  [
    'a layer that two nodes use stays',
    `${CONV}\n f = Const 2 2\n m = Mul c f\n y = Maximum m c`,
    `${CONV}\n f = Const 2 2\n m = Mul c f\n y = Maximum m c`,
  ],
])('affine: %s', (_, before, after) => simplified(before, after))

test('dilation: SpaceToBatchND, Conv2D, BatchToSpaceND are one convolution', () => {
  simplified(
    `x = Placeholder
     block = Ints 2,2
     pads = Ints 2,2,2,2
     s = SpaceToBatchND x block pads
     w = Const 3x3x3x2 1
     c = Conv2D s w padding:VALID strides:1,1,1,1
     crops = Ints 0,0,0,0
     y = BatchToSpaceND c block crops`,
    `x = Placeholder
     y/paddings = Ints 0,0,2,2,2,2,0,0
     y/padded = Pad x y/paddings
     w = Const 3x3x3x2 1
     y = Conv2D y/padded w padding:VALID dilations:1,2,2,1`,
    'padding',
    'dilations',
  )
})

test.each<[what: string, cut: Parameters<typeof cutGraph>[1], before: string, after: string]>([
  [
    'what lies before the input and behind the outputs goes',
    { input: 'x', outputs: ['y'] },
    'd = DecodeJpeg\n x = Cast d\n y = Relu x\n z = Softmax y',
    'x = Placeholder\n y = Relu x',
  ],
  [
    'order to run in comes with the nodes needed first',
    { input: 'x', outputs: ['y'] },
    'y = Relu m\n m = Tanh x\n x = Placeholder',
    'x = Placeholder\n m = Tanh x\n y = Relu m',
  ],
  [
    'references that only order are dropped',
    { input: 'x', outputs: ['y'] },
    'x = Placeholder\n init = NoOp\n y = Relu x ^init',
    'x = Placeholder\n y = Relu x',
  ],
  [
    'a pooling over the whole map is one at any size',
    { input: 'x', outputs: ['p'], bottleneck: 'p' },
    'x = Placeholder\n p = AvgPool x',
    'x = Placeholder\n p/axes = Ints 1,2\n p = Mean x p/axes',
  ],
  [
    'a reshape for one picture is opened for batches',
    { input: 'x', outputs: ['r'] },
    'x = Placeholder\n one = Ints 1,6\n r = Reshape x one',
    'x = Placeholder\n one = Ints 1,6\n r/open_shape = Ints -1,6\n r = Reshape x r/open_shape',
  ],
])('cut: %s', (_, cut, before, after) => {
  expect(graphText(cutGraph(graphOf(before), cut))).toEqual(linesOf(after))
})
