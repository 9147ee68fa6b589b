import type { Manifest, Port } from '../codegen/manifest.ts'

/**
 * Returns one line on the QUANTIZE and DEQUANTIZE nodes of a .tflite file that are not in its module, and what the module's values mean there;
 * undefined where there are none.
 */
export function hostSentence({ inputs, outputs }: Pick<Manifest, 'inputs' | 'outputs'>): string | undefined {
  const left = [...inputs.map(port => sentence(port, 'input')), ...outputs.map(port => sentence(port, 'output'))]
  const told = left.filter(line => line !== undefined)
  return told.length ? `Left to the host: ${told.join('; ')}` : undefined
}

function sentence({ file, type, scale, zeroPoint }: Port, side: 'input' | 'output'): string | undefined {
  if (!file) return undefined
  const node = side === 'output' && file.type === 'float32' ? 'DEQUANTIZE' : 'QUANTIZE'
  const steps = zeroPoint === 0 ? 'q' : `(q ${zeroPoint < 0 ? '+' : '-'} ${Math.abs(zeroPoint)})`
  const bytes = file.type === 'uint8' ? 'q = u - 128, ' : ''
  const verb = side === 'input' ? 'reads' : 'writes'
  return (
    `${node} of ${side} "${file.name}" (${file.type}${bytes && ' u'} in the file, the module ${verb} ${type} q: ` +
    `${bytes}real = ${steps} * ${Number(scale.toPrecision(6))})`
  )
}
