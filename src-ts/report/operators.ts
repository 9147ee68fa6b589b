import { ops } from '../ops/index.ts'
import { tfliteName } from '../tflite/operator-names.ts'

/** Returns the README's table of operators: one line per entry of ops/index.ts, by TFLite name. */
export function operatorTable(): string {
  const rows = ops.map(op => {
    const types = (op.inputTypes ?? ['int8']).join(', ')
    return [tfliteName(op), op.kind, types, op.quantization.kind.replaceAll('-', ' '), op.truth]
  })
  const lines = rows
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([name, kind, types, scale, truth]) => `| ${name} | \`${kind}\` | ${types} | ${scale} | ${truth} |`)
  return [
    '| TFLite operator | file in `src-ts/ops` and name in graphs | activations | output scale from our quantizer | the bytes are those of |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n')
}
