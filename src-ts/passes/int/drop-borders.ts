import type { IntTensor, Node } from '../../ir/graph.ts'
import { quantize } from '../../ops/quantize.ts'
import type { Draft } from '../draft.ts'
import type { Pass } from '../pass.ts'

/**
 * QUANTIZE and DEQUANTIZE nodes that give an integer network float32 (or uint8) inputs and outputs disappear: it starts and ends at the
 * int8 or int16 tensors behind them. A note says so of each.
 * A uint8 border is dropped only where q8 = u8 − 128 exactly: the same scale and zero points 128 apart.
 */
export const dropBorders: Pass<IntTensor> = {
  name: 'drop-borders',
  title: 'a network with float32 or uint8 inputs and outputs starts and ends at the integers behind them',
  rewrite(draft, node) {
    const fromFloat = node.op === quantize.kind
    if (!fromFloat && node.op !== 'DEQUANTIZE') return false
    if (node.inputs.length !== 1 || node.outputs.length !== 1) return false
    return (fromFloat && dropInput(draft, node)) || dropOutput(draft, node)
  },
}

function dropInput(draft: Draft<IntTensor>, node: Node): boolean {
  const [outer] = node.inputs
  const [inner] = node.outputs
  const place = draft.inputPlace(outer)
  if (place < 0 || draft.consumers(outer).length > 1 || draft.isOutput(outer)) return false
  if (!matches(draft.tensor(outer), draft.tensor(inner))) return false
  const [was, is] = [draft.tensor(outer).type, draft.tensor(inner).type]
  draft.note(`input ${place} is ${was} in the file: the network starts at the ${is} tensor behind it`)
  draft.replace(node)
  draft.moveBorder(outer, inner)
  return true
}

/** A float32 output comes from DEQUANTIZE, a uint8 output from QUANTIZE. */
function dropOutput(draft: Draft<IntTensor>, node: Node): boolean {
  const [inner] = node.inputs
  const [outer] = node.outputs
  const place = draft.outputPlace(outer)
  if (place < 0 || draft.consumers(outer).length || !matches(draft.tensor(outer), draft.tensor(inner))) return false
  const [was, is] = [draft.tensor(outer).type, draft.tensor(inner).type]
  draft.note(`output ${place} is ${was} in the file: the network ends at the ${is} tensor before it`)
  draft.replace(node)
  draft.moveBorder(outer, inner)
  return true
}

/** Whether `inner` holds the same values as the border's `outer`, as int8 or int16. */
function matches(outer: IntTensor | undefined, inner: IntTensor | undefined): boolean {
  if (!outer || !inner || outer.data || inner.data || !(inner.type === 'int8' || inner.type === 'int16')) return false
  if (outer.shape.join() !== inner.shape.join()) return false
  if (outer.type === 'float32') return true
  const [a, b] = [outer.quantization, inner.quantization]
  return (
    outer.type === 'uint8' &&
    inner.type === 'int8' &&
    !!a &&
    !!b &&
    a.scale[0] === b.scale[0] &&
    a.zeroPoint[0] === b.zeroPoint[0] + 128
  )
}
