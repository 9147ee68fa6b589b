import { ops } from '../ops/index.ts'
import { operatorName } from '../tflite/operator-names.ts'

/** Returns the README's table of operators: one line per entry of ops/index.ts, by TFLite name. */
export function operatorTable(): string {
  const rows = ops.map(op => {
    const types = (op.inputTypes ?? ['int8']).join(', ')
    return [operatorName(op.tflite.code), op.kind, types, op.quantization.kind.replaceAll('-', ' ')]
  })
  const lines = rows
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([name, kind, types, scale]) => `| ${name} | \`${kind}\` | ${types} | ${scale} |`)
  return [
    '| TFLite operator | file in `src-ts/ops` and name in graphs | activations | output scale from our quantizer |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n')
}
