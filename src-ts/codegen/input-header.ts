import { type IntTensor, limitsOf } from '../ir/graph.ts'
import { FEATURE_CLIP } from '../ir/input-map.ts'
import type { Metadata } from '../ir/metadata.ts'
import type { Manifest, Port } from './manifest.ts'

/**
 * Returns the part of the C header that turns real values, and counts of a converter, into a network's inputs: the sums of
 * ir/input-map.ts in the same order and precision, so that a host gets the bytes that `holter run` gets. C99, no library.
 */
export function inputMapLines({ inputs, metadata }: Manifest, prefix: string): string[] {
  const [signal, features] = inputs
  return [
    ...inputs.flatMap((port, i) => quantizeLines(port, `INPUT${i || ''}`, prefix)),
    ...(metadata ? signalLines(signal, metadata, prefix) : []),
    ...(metadata?.unit === 'mV' ? countLines(signal, prefix) : []),
    ...(metadata?.features ? featureLines(metadata.features, features, prefix) : []),
  ]
}

/** What a value of the first input is. */
const UNITS: Readonly<Record<Metadata['unit'], string>> = {
  mV: 'millivolts',
  relative: "the task's values",
  grey: 'grey levels, 0 (black) to 255',
}

function signalLines(signal: Port, { mean, deviation, unit }: Metadata, prefix: string): string[] {
  return [
    `#define ${prefix}_MEAN ${double(mean)} /* of the signal, in ${UNITS[unit]} */`,
    `#define ${prefix}_DEVIATION ${double(deviation)}`,
    '',
    `/* A value of the signal, in ${UNITS[unit]}, as the input's. */`,
    `static inline ${cType(signal)} ${prefix.toLowerCase()}_input(double value) {`,
    `  return ${prefix.toLowerCase()}_quantize_input((float)((value - ${prefix}_MEAN) / ${prefix}_DEVIATION));`,
    '}',
    '',
  ]
}

/** One rounding, halves away from zero: the half is added in double precision, where the sum is exact. */
function quantizeLines(port: Port, role: string, prefix: string): string[] {
  const { min, max } = limitsOf(port as Pick<IntTensor, 'type'>)
  const zeroPoint = `${prefix}_${role}_ZERO_POINT`
  return [
    `/* A real value as the input's: round(value / scale) + zero point, saturated. */`,
    `static inline ${cType(port)} ${prefix.toLowerCase()}_quantize_${role.toLowerCase()}(float value) {`,
    `  const double steps = (float)(value / ${prefix}_${role}_SCALE);`,
    `  if (steps <= ${min} - ${zeroPoint}) return ${min};`,
    `  if (steps >= ${max} - ${zeroPoint}) return ${max};`,
    `  return (${cType(port)})((int32_t)(steps < 0 ? steps - 0.5 : steps + 0.5) + ${zeroPoint});`,
    '}',
    '',
  ]
}

function countLines(port: Port, prefix: string): string[] {
  const { min, max } = limitsOf(port as Pick<IntTensor, 'type'>)
  const adc = `${prefix}_ADC`
  return [
    "/* A count of an analogue-to-digital converter as the input's value, in integers and with one rounding: define the counts per",
    `   millivolt, ${adc}_GAIN, and the count of 0 mV, ${adc}_BASELINE, before this header is included. The compiler turns`,
    '   multiplier and offset into integer constants. holter run --adc GAIN,BASELINE gives the same bytes. */',
    `#ifdef ${adc}_GAIN`,
    `#ifndef ${adc}_BASELINE`,
    `#define ${adc}_BASELINE 0`,
    '#endif',
    `#define ${adc}_MULTIPLIER ((int64_t)(4294967296.0 / (${adc}_GAIN * ${prefix}_DEVIATION * (double)${prefix}_INPUT_SCALE) + 0.5))`,
    `#define ${adc}_OFFSET \\`,
    `  ((int64_t)((${prefix}_INPUT_ZERO_POINT + 0.5 - ${prefix}_MEAN / ${prefix}_DEVIATION / (double)${prefix}_INPUT_SCALE) * 4294967296.0))`,
    `#define ${adc}_LIMIT (((int64_t)1 << 62) / ${adc}_MULTIPLIER) /* beyond it the value is saturated, and products overflow */`,
    `static inline ${cType(port)} ${prefix.toLowerCase()}_input_of_count(int32_t count) {`,
    `  const int64_t above = (int64_t)count - ${adc}_BASELINE;`,
    `  const int64_t kept = above > ${adc}_LIMIT ? ${adc}_LIMIT : above < -${adc}_LIMIT ? -${adc}_LIMIT : above;`,
    `  const int64_t q = (kept * ${adc}_MULTIPLIER + ${adc}_OFFSET) >> 32;`,
    `  return (${cType(port)})(q < ${min} ? ${min} : q > ${max} ? ${max} : q);`,
    '}',
    '#endif',
    '',
  ]
}

function featureLines({ names, mean, deviation }: NonNullable<Metadata['features']>, port: Port, prefix: string) {
  const name = prefix.toLowerCase()
  return [
    `/* Feature i of ${names.length}, in its own unit, as the second input's value: ${names.map(plain).join(', ')}. */`,
    `static inline ${cType(port)} ${name}_input1(int i, float value) {`,
    `  static const double mean[] = {${mean.map(double).join(', ')}};`,
    `  static const double deviation[] = {${deviation.map(double).join(', ')}};`,
    '  const double standardized = (value - mean[i]) / deviation[i];',
    `  const double clipped = standardized < -${FEATURE_CLIP}.0 ? -${FEATURE_CLIP}.0 : standardized > ${FEATURE_CLIP}.0 ? ${FEATURE_CLIP}.0 : standardized;`,
    `  return ${name}_quantize_input1((float)clipped);`,
    '}',
    '',
  ]
}

/** The type of a port's values in C. */
export function cType({ type }: Pick<Port, 'type'>): string {
  return type === 'int16' ? 'int16_t' : 'int8_t'
}

/** The shortest text that reads back as the same double, as a C expression. */
function double(x: number): string {
  const text = String(x)
  return `(${/[.e]/.test(text) ? text : `${text}.0`})`
}

/** Names from a foreign file, fit for a C comment or string. */
export function plain(text: string): string {
  return text.replace(/[^\w .:()-]/g, '_').slice(0, 80)
}
