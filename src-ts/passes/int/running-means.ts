import type { IntTensor, Node } from '../../ir/graph.ts'
import { concatenation } from '../../ops/concatenation.ts'
import { mean } from '../../ops/mean.ts'
import { isOf } from '../../ops/op.ts'
import type { ReductionAttrs } from '../../ops/parts/reduction.ts'
import { stridedSlice } from '../../ops/strided-slice.ts'
import { sum } from '../../ops/sum.ts'
import type { Draft } from '../draft.ts'
import type { Pass } from '../pass.ts'

/**
 * Where a mean or sum goes over rows of which a state remembers most, it learns how many are new. Its value is the same; a kernel can then
 * keep sums from one inference to the next.
 */
export const runningMeans: Pass<IntTensor> = {
  name: 'running-means',
  title: 'means and sums over the rows of a stream know how many of them are new',
  rewrite(draft, node) {
    if (!(isOf(mean, node) || isOf(sum, node))) return false
    const attrs: ReductionAttrs = node.attrs
    const arriving = arrivingRows(draft, node)
    if (attrs.arriving !== undefined || arriving === undefined) return false
    draft.replace(node, { ...node, attrs: { ...attrs, arriving } })
    return true
  },
}

/** The new rows of a reduction along the rows of a state and what follows it; undefined where they are not fewer than half. */
function arrivingRows(draft: Draft<IntTensor>, { inputs: [rows, axes] }: Node): number | undefined {
  const joined = draft.producer(rows)
  if (!joined || !isOf(concatenation, joined) || joined.inputs.length !== 2) return undefined
  const [past, fresh] = joined.inputs
  const state = draft.state(past)
  const shapes = [rows, past, fresh].map(tensor => draft.tensor(tensor).shape)
  const [all, , arriving] = shapes.map(shape => shape[2])
  const along = Array.from(draft.tensor(axes).data ?? [], Number)
  const overRows = along.some(axis => axis === 2 || axis === -2) && !along.some(axis => axis === 3 || axis === -1)
  const oneLine = shapes.every(shape => shape.length === 4 && shape[0] === 1 && shape[1] === 1)
  if (!state || state.start || !overRows || !oneLine || 2 * arriving >= all) return undefined
  // What is remembered must be the rows that are here now, without the oldest.
  const kept = draft.producer(state.next)
  if (!kept || !isOf(stridedSlice, kept) || kept.inputs[0] !== rows || kept.attrs.beginMask) return undefined
  const [begins, , steps] = kept.inputs.slice(1).map(tensor => Array.from(draft.tensor(tensor).data ?? [], Number))
  return begins[2] === arriving && steps.every(step => step === 1) ? arriving : undefined
}
