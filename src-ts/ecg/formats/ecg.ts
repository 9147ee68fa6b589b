/** An ECG as every reader of files returns it. */
export interface Ecg {
  /** Millivolts, row-major [samples, leads.length]; NaN where nothing valid was recorded. */
  readonly signals: Float64Array
  readonly samples: number
  /** Names as the file has them. */
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  readonly patient?: Patient
  readonly annotations?: readonly Mark[]
  readonly source: Source
}

export interface Patient {
  readonly id?: string
  readonly sex?: 'F' | 'M'
  readonly ageYears?: number
}

/** Something that a file says about a moment. */
export interface Mark {
  readonly sample: number
  /** Mnemonic of the WFDB codes; `"` for a comment. */
  readonly symbol: string
  readonly text: string
  readonly durationSeconds?: number
}

export interface Source {
  readonly path: string
  readonly format: 'wfdb' | 'edf' | 'csv' | 'npy'
  /** Signals that were left out since they are no voltages, such as respiration. */
  readonly omitted: readonly string[]
  /** Of a table, the row of the file in which the first sample stands, from 1 on. */
  readonly firstRow?: number
}

/** What a file of mere numbers does not say, and what its reader has to be told. */
export interface Declared {
  readonly sampleRateHz?: number
  /** mV, uV, V or nV. */
  readonly units?: string
  readonly leads?: readonly string[]
}

/** No more values than these, half a gigabyte, are held in one array: longer records are read in ranges. */
export const MAX_VALUES = 1 << 26

/** Returns leads of equal length as one array [samples, leads]. */
export function interleaveLeads(leads: readonly Float64Array[]): Float64Array {
  const samples = leads[0].length
  const signals = new Float64Array(samples * leads.length)
  for (const [place, values] of leads.entries()) {
    for (let i = 0, at = place; i < samples; i++, at += leads.length) signals[at] = values[i]
  }
  return signals
}
