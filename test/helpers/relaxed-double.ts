import binaryen from 'binaryen'

/** What an engine may compute for the relaxed dot product, as WebAssembly text of vectors. */
const pairs = (half: 'low' | 'high', b: 's' | 'u') =>
  `(i32x4.dot_i16x8_s (i16x8.extend_${half}_i8x16_s (local.get $a)) (i16x8.extend_${half}_i8x16_${b} (local.get $b)))`
const quads = (low: string, high: string) => {
  const pick = (first: number) => Array.from({ length: 16 }, (_, i) => (i >> 2) * 8 + first + (i & 3)).join(' ')
  return `(i32x4.add (i8x16.shuffle ${pick(0)} ${low} ${high}) (i8x16.shuffle ${pick(4)} ${low} ${high}))`
}
const saturated = (x: string) =>
  `(i32x4.min_s (i32x4.max_s ${x} (v128.const i32x4 -32768 -32768 -32768 -32768)) (v128.const i32x4 32767 32767 32767 32767))`

const sums = {
  unsigned: quads(pairs('low', 'u'), pairs('high', 'u')),
  signed: quads(pairs('low', 's'), pairs('high', 's')),
  saturating: quads(saturated(pairs('low', 'u')), saturated(pairs('high', 'u'))),
  /** V8 of Node 20 adds in another order. */
  broken: quads(pairs('high', 's'), pairs('low', 's')),
}
export type RelaxedForm = keyof typeof sums
export const relaxedForms = Object.keys(sums) as RelaxedForm[]

/** Returns a module that computes its relaxed dot products in one form, without the instruction: it runs in every engine with vectors. */
export function relaxedDouble(wasm: Uint8Array, form: RelaxedForm): Uint8Array {
  const { SIMD128, RelaxedSIMD, BulkMemory, BulkMemoryOpt, SignExt, NontrappingFPToInt, MutableGlobals } =
    binaryen.Features
  const features = SIMD128 | BulkMemory | BulkMemoryOpt | SignExt | NontrappingFPToInt | MutableGlobals
  const module = binaryen.readBinaryWithFeatures(wasm, features | RelaxedSIMD)
  const text = module.emitText()
  module.dispose()
  const called = text.replaceAll(
    /\(i32x4\.(relaxed_dot_i8x16_i7x16_add_s|dot_i8x16_i7x16_add_s)/g,
    '(call $relaxedDouble',
  )
  if (called === text) throw new Error('the module has no relaxed dot product')
  const body = `(func $relaxedDouble (param $a v128) (param $b v128) (param $c v128) (result v128)
    (i32x4.add (local.get $c) ${sums[form]}))`
  const double = binaryen.parseText(called.replace(/\)\s*$/, `${body})`))
  try {
    double.setFeatures(features)
    if (!double.validate()) throw new Error('the double does not validate')
    return double.emitBinary()
  } finally {
    double.dispose()
  }
}
