import { abs } from './abs.ts'
import { add } from './add.ts'
import { addN } from './add-n.ts'
import { argMax } from './arg-max.ts'
import { argMin } from './arg-min.ts'
import { averagePool2d } from './average-pool2d.ts'
import { batchMatmul } from './batch-matmul.ts'
import { batchToSpaceNd } from './batch-to-space-nd.ts'
import { broadcastTo } from './broadcast-to.ts'
import { byteFunction } from './byte-function.ts'
import { cast } from './cast.ts'
import { concatenation } from './concatenation.ts'
import { conv2d } from './conv2d.ts'
import { cumsum } from './cumsum.ts'
import { depthToSpace } from './depth-to-space.ts'
import { depthwiseConv2d } from './depthwise-conv2d.ts'
import { div } from './div.ts'
import { elu } from './elu.ts'
import { equal } from './equal.ts'
import { expandDims } from './expand-dims.ts'
import { fill } from './fill.ts'
import { floatFunction } from './float-function.ts'
import { fullyConnected } from './fully-connected.ts'
import { gather } from './gather.ts'
import { gatherNd } from './gather-nd.ts'
import { gelu } from './gelu.ts'
import { greater } from './greater.ts'
import { greaterEqual } from './greater-equal.ts'
import { hardSwish } from './hard-swish.ts'
import { l2Normalization } from './l2-normalization.ts'
import { layerNormalization } from './layer-normalization.ts'
import { leakyRelu } from './leaky-relu.ts'
import { less } from './less.ts'
import { lessEqual } from './less-equal.ts'
import { logSoftmax } from './log-softmax.ts'
import { logicalAnd } from './logical-and.ts'
import { logicalNot } from './logical-not.ts'
import { logicalOr } from './logical-or.ts'
import { logistic } from './logistic.ts'
import { maxPool2d } from './max-pool2d.ts'
import { maximum } from './maximum.ts'
import { mean } from './mean.ts'
import { minimum } from './minimum.ts'
import { mirrorPad } from './mirror-pad.ts'
import { mul } from './mul.ts'
import { notEqual } from './not-equal.ts'
import type { Op } from './op.ts'
import { OperatorSet } from './operator-set.ts'
import { pack } from './pack.ts'
import { pad } from './pad.ts'
import { padV2 } from './pad-v2.ts'
import { prelu } from './prelu.ts'
import { quantize } from './quantize.ts'
import { reduceMax } from './reduce-max.ts'
import { reduceMin } from './reduce-min.ts'
import { relu } from './relu.ts'
import { relu6 } from './relu6.ts'
import { reshape } from './reshape.ts'
import { resizeBilinear } from './resize-bilinear.ts'
import { resizeNearestNeighbor } from './resize-nearest-neighbor.ts'
import { reverseV2 } from './reverse-v2.ts'
import { rsqrt } from './rsqrt.ts'
import { selectV2 } from './select-v2.ts'
import { slice } from './slice.ts'
import { softmax } from './softmax.ts'
import { spaceToBatchNd } from './space-to-batch-nd.ts'
import { spaceToDepth } from './space-to-depth.ts'
import { split } from './split.ts'
import { splitV } from './split-v.ts'
import { squaredDifference } from './squared-difference.ts'
import { squeeze } from './squeeze.ts'
import { stridedSlice } from './strided-slice.ts'
import { sub } from './sub.ts'
import { sum } from './sum.ts'
import { tanh } from './tanh.ts'
import { tile } from './tile.ts'
import { transpose } from './transpose.ts'
import { transposeConv } from './transpose-conv.ts'
import { unpack } from './unpack.ts'
import { zerosLike } from './zeros-like.ts'

/** Every operator that Holter knows: one file, one line. */
export const ops: readonly Op[] = [
  abs,
  add,
  addN,
  argMax,
  argMin,
  averagePool2d,
  batchMatmul,
  batchToSpaceNd,
  broadcastTo,
  byteFunction,
  cast,
  concatenation,
  conv2d,
  cumsum,
  depthToSpace,
  depthwiseConv2d,
  div,
  elu,
  equal,
  expandDims,
  fill,
  floatFunction,
  fullyConnected,
  gather,
  gatherNd,
  gelu,
  greater,
  greaterEqual,
  hardSwish,
  l2Normalization,
  layerNormalization,
  leakyRelu,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logistic,
  logSoftmax,
  maximum,
  maxPool2d,
  mean,
  minimum,
  mirrorPad,
  mul,
  notEqual,
  pack,
  pad,
  padV2,
  prelu,
  quantize,
  reduceMax,
  reduceMin,
  relu,
  relu6,
  reshape,
  resizeBilinear,
  resizeNearestNeighbor,
  reverseV2,
  rsqrt,
  selectV2,
  slice,
  softmax,
  spaceToBatchNd,
  spaceToDepth,
  split,
  splitV,
  squaredDifference,
  squeeze,
  stridedSlice,
  sub,
  sum,
  tanh,
  tile,
  transpose,
  transposeConv,
  unpack,
  zerosLike,
]

/** The same, by the names that graphs and files have for them. */
export const operators = new OperatorSet(ops)

/** Returns the op of a kind; an unknown kind is an error. */
export function opByKind(kind: string): Op {
  return operators.byKind(kind)
}
