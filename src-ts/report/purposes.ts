/** What each file is for that Holter writes beside a module; the first pattern that fits. */
const PURPOSES: readonly (readonly [RegExp, string])[] = [
  [/\.tflite$/, 'int8 model, with labels and scaling in its metadata'],
  [/scalar\.wasm$/, 'module without vectors'],
  [/firmware\.wasm$/, 'module for a device: small, little memory'],
  [/simd\.wasm$/, 'module with 128-bit vectors'],
  [/relaxed\.wasm$/, 'module with relaxed vectors'],
  [/^kernels\/.*\.(scalar|firmware|simd|relaxed)\.ts$/, 'generated for this network'],
  [/^kernels\/.*\.ts$/, 'kernel of Holter that it calls'],
  [/^kernels\/asconfig\.json$/, 'options of the AssemblyScript compiler'],
  [/\.h$/, 'C header for a host'],
  [/vectors\.bin$/, 'inputs and expected outputs for a self-test'],
  [/manifest\.json$/, 'shapes, scales, addresses, hashes'],
]

/** Returns what a written file is for, a few words; nothing for other files. */
export function purposeOf(file: string): string {
  return PURPOSES.find(([pattern]) => pattern.test(file))?.[1] ?? ''
}
