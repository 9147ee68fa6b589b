import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { NetworkBuilder } from './network-builder.ts'

/** Two strided convolutions and a pooled head over windows of 80 rows of two channels. */
export function stridedNetwork(padding: 'same' | 'valid'): IntGraph {
  const net = new NetworkBuilder('strided')
  const a = net.conv(net.input([1, 1, 80, 2]), 4, [1, 5], [1, 2], 'relu', padding)
  const b = net.conv(a, 4, [1, 3], [1, 2], 'relu', padding)
  return net.graph(net.dense(net.mean(b), 3))
}
