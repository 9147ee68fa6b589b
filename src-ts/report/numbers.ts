import type { Interval } from '../metrics/bootstrap.ts'

/** Returns a whole number with thousands separated: 21,799. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

/** Returns "1 record", "2 records". */
export function counted(value: number, singular: string): string {
  return `${count(value)} ${singular}${value === 1 ? '' : 's'}`
}

/** Returns a score with three digits: 0.912; a dash for NaN. */
export function score(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '–'
}

/** Returns a small difference with its sign and four digits: −0.0012. */
export function signed(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value).toFixed(4)
  return Number(digits) === 0 ? digits : (value < 0 ? '−' : '+') + digits
}

/** Returns "0.893–0.931"; a dash for NaN. */
export function range([low, high]: Interval): string {
  return Number.isFinite(low) ? `${score(low)}–${score(high)}` : '–'
}

/** Returns a part of a whole in percent, one digit below ten: 37 %, 4.2 %. */
export function share(part: number, whole: number): string {
  if (!whole) return '–'
  const percent = (100 * part) / whole
  return `${percent.toFixed(percent < 9.95 && percent > 0 ? 1 : 0)} %`
}

/** Returns a size in B, KB (1,024 bytes) or MB: 74.2 KB. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const kilobytes = bytes / 1024
  return kilobytes < 1023.95 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1024).toFixed(2)} MB`
}

/** Returns a large count with three digits and k, M or G: 8.41 M. */
export function large(value: number): string {
  const powers: [number, string][] = [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ]
  const [unit, name] = powers.find(([power]) => value >= power * 0.9995) ?? [1, '']
  return (unit === 1 ? String(value) : (value / unit).toPrecision(3)) + name
}

/** Returns the time of an inference with three digits: 9.31 µs, 1.20 ms, 2.00 s. */
export function inferenceTime(nanoseconds: number): string {
  const units: [number, string][] = [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
  ]
  const [unit, name] = units.find(([size]) => nanoseconds >= size * 0.9995) ?? [1, 'ns']
  return `${(nanoseconds / unit).toPrecision(3)} ${name}`
}

/** Returns how many times as much: 83.2 ×, 0.91 ×; nothing for nothing. */
export function times(ratio: number | undefined): string {
  return ratio === undefined ? '' : `${Number(ratio.toPrecision(3))} ×`
}

/** Returns a time: 4.2 s, 2 min 31 s, 1 h 02 min. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}
