import type { CatalogEntry } from './entry.ts'
import { stretched } from './entry.ts'

/*
 * The 32 MobileNet v1 archives of tensorflow/models: four widths, four input sizes, plain and `_quant`. Quantised ones are
 * float graphs too, trained with rounding simulated in them (FakeQuant nodes). Accuracies: the tables of
 * research/slim/nets/mobilenet_v1.md; checksums: those that public build recipes state for the same addresses.
 */
type Variant = readonly [width: string, size: number, suffix: '' | '_quant', top1: number, sha256: string]

const VARIANTS: readonly Variant[] = [
  ['1.0', 224, '', 70.9, '1ccb74dbd9c5f7aea879120614e91617db9534bdfaa53dfea54b7c14162e126b'],
  ['1.0', 192, '', 70.0, 'ad683fb270cd1b0f49c820c4acf5fcbbfa546ae354b1345a4fff5f19f99d7c44'],
  ['1.0', 160, '', 68.0, '1f612ebeda0e7e149897273c445b790ca8924a8a1488e6a61d36166a562fd89c'],
  ['1.0', 128, '', 65.2, 'd16f3102c1cb087eacf94c6a5abf0477767158fb891b2710409472bca4d988a8'],
  ['0.75', 224, '', 68.4, 'bf61b3ce7ca2d045bb35fa6ab9a68732e3531291266db4a8c7715227d7425657'],
  ['0.75', 192, '', 67.2, '3d91d279cd06c055500aabdff8dfbd51a63797c7bb6b3f9a39e243f7c13997e9'],
  ['0.75', 160, '', 65.3, '90b3f26406a89df489373358aa89d9db7bcb66d2400160f16f3687f79e4f66b2'],
  ['0.75', 128, '', 62.1, '54a28065f6f230d0b71cf8fbbc50bbb89b4fdfada8e7e2a622da68b971d5ab97'],
  ['0.5', 224, '', 63.3, '0eb9be8d18dcf9466a2a2d2157e71c83cd70dc168255d76d72bfe965318db725'],
  ['0.5', 192, '', 61.7, '57c81cc48349d1079377f8cdeed3f017500aeb98a12f16c6ed2086a50848ecb6'],
  ['0.5', 160, '', 59.1, 'fb01b76ca1fb053e5f98d297e21c6c53d0d9f6a8b02ad2e88ac22b33b2adf729'],
  ['0.5', 128, '', 56.3, '5a0def0d844327526385b110cdcaa6428d0828ff6d07515ef25bf3976e049d88'],
  ['0.25', 224, '', 49.8, 'eee166d4d1de004e2ee5de19a4f5045574d764ef59569dc284545f805a295074'],
  ['0.25', 192, '', 47.7, '4889d7afabc31011f5218f6111532947ff7d5b6b9368afe1f152c67c6f30ea73'],
  ['0.25', 160, '', 45.5, '8eb4540af0227e5e59849c41ca6da6f07e257cca887ec0f8cd33aeb46f1405cf'],
  ['0.25', 128, '', 41.5, '34c52de7562259f66399993ef5ea222cc625d2e6f6f886a01fdc6cc99a0c7ee6'],
  ['1.0', 224, '_quant', 70.1, 'd32432d28673a936b2d6281ab0600c71cf7226dfe4cdcef3012555f691744166'],
  ['1.0', 192, '_quant', 69.2, 'b87b20c784e756fb52e265cc31fbea5b3236c9a001205bc24ed27985875b4559'],
  ['1.0', 160, '_quant', 67.2, 'b5c9da0d5215a1c1faab313f88ba0a900ac199c7af45f559ab65c63b0649bee1'],
  ['1.0', 128, '_quant', 63.4, '29aec24c721329b83ff667195431ff9151362ba1854dfc8852d03aef5ac40def'],
  ['0.75', 224, '_quant', 66.8, '6c40604a53edb295e6fd72ead340759db63a2e4d930593610f4d09efe17aa9b7'],
  ['0.75', 192, '_quant', 66.1, '8dc64937bd9f35dcf8d3baa16b8eda47e2473c3af51641bf309d1ed2b1a355af'],
  ['0.75', 160, '_quant', 62.3, 'ed023a21c1fbb062a4777056f79910aab6137c9a83655317020faed6ad0ca738'],
  ['0.75', 128, '_quant', 55.8, '14cd0b9c5cde26272c68ecc50de054979663e28fb1fd0348166d408a8b45538f'],
  ['0.5', 224, '_quant', 60.7, 'f61c28ab322a3ef441341431d33732ef79dfbf03ebc00769c12e5843573b2e9c'],
  ['0.5', 192, '_quant', 60.0, 'b3b7aca2599c9a09f7ebeb3f624fc51bc4897b9356950b67a5f11c65666dab3d'],
  ['0.5', 160, '_quant', 57.7, '036ff1a53180f844ee629ae5846c2b18dfa94371c51c44016c70dc9688a34d31'],
  ['0.5', 128, '_quant', 54.5, '0a5b18571d3df4d85a5ac6cb5be829d141dd5855243ea04422ca7d19f730a506'],
  ['0.25', 224, '_quant', 48.0, 'be8131a23c93a83d7d0b1875ac34aa2e06319aef377f89dc6be2e8f10a0589ca'],
  ['0.25', 192, '_quant', 46.0, '33f4ca5c5c7fb70f81a23ec06a884482ddcf5d26e32e4211781e110afb7a0877'],
  ['0.25', 160, '_quant', 43.4, '8aba0b905df472d994c1d923efa743c7dfe182df579e0440b8e78c8f714ddc98'],
  ['0.25', 128, '_quant', 39.5, '40230cd1a429a20cfd648f08f72b6d554ca8f4bff838341cb8210bd167962c0e'],
]

const FOLDERS = { '': 'mobilenet_v1_2018_02_22', _quant: 'mobilenet_v1_2018_08_02' }

export const MOBILENET_V1_ARCHIVES: readonly CatalogEntry[] = VARIANTS.map(([width, size, suffix, top1, sha256]) => {
  const name = `mobilenet_v1_${width}_${size}${suffix}`
  return {
    name,
    aliases: otherNames(width, size, suffix),
    source: {
      kind: 'download',
      address: `https://storage.googleapis.com/download.tensorflow.org/models/${FOLDERS[suffix]}/${name}.tgz`,
    },
    sha256,
    recipe: stretched(size, 127.5, 127.5),
    input: 'input',
    bottleneck: 'MobilenetV1/Logits/AvgPool_1a/AvgPool',
    logits: 'MobilenetV1/Logits/SpatialSqueeze',
    features: 1024 * Number(width),
    inner: [512, 512, 512, 1024].map(channels => channels * Number(width)),
    top1,
    licence: 'Apache-2.0',
    megabytes: undefined,
  }
})

/** retrain.py left `v1` out, wrote half width as `0.50`, and said `quantized`; TensorFlow Lite's pages mix the forms. */
function otherNames(width: string, size: number, suffix: '' | '_quant'): string[] {
  const widths = width === '0.5' ? ['0.5', '0.50'] : [width]
  const endings = suffix === '' ? [''] : ['_quant', '_quantized']
  return ['mobilenet_v1', 'mobilenet']
    .flatMap(family => widths.flatMap(each => endings.map(ending => `${family}_${each}_${size}${ending}`)))
    .filter(name => name !== `mobilenet_v1_${width}_${size}${suffix}`)
}
