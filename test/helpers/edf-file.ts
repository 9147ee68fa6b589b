/** A signal of an EDF file to be written: samples as they are stored. */
export interface EdfSignalToWrite {
  readonly label: string
  readonly units?: string
  readonly physical?: readonly [number, number]
  readonly digital?: readonly [number, number]
  /** [record][sample]; for `EDF Annotations` the bytes of a text. */
  readonly records: readonly (readonly number[])[] | readonly string[]
  /** Samples per record of a signal of texts. */
  readonly words?: number
}

/** Returns the bytes of an EDF file (EDF+ with `kind`), written from the format's description. */
export function edfFile(
  signals: readonly EdfSignalToWrite[],
  { kind = '', seconds = 1, patient = 'X X X X', count = signals[0].records.length } = {},
): Buffer {
  const perRecord = signals.map(({ records, words }) => words ?? records[0].length)
  const column = (width: number, value: (signal: EdfSignalToWrite, i: number) => string | number) =>
    signals.map((signal, i) => `${value(signal, i)}`.padEnd(width)).join('')
  const size = 256 * (signals.length + 1)
  const fixed = `${'0'.padEnd(8)}${patient.padEnd(80)}${''.padEnd(80)}01.02.0310.20.30${`${size}`.padEnd(8)}${kind.padEnd(44)}${`${count}`.padEnd(8)}${`${seconds}`.padEnd(8)}${`${signals.length}`.padEnd(4)}`
  const head = [
    column(16, s => s.label),
    column(80, () => ''),
    column(8, s => s.units ?? (s.words ? '' : 'mV')),
    column(8, s => s.physical?.[0] ?? -10),
    column(8, s => s.physical?.[1] ?? 10),
    column(8, s => s.digital?.[0] ?? -32768),
    column(8, s => s.digital?.[1] ?? 32767),
    column(80, () => ''),
    column(8, (_, i) => perRecord[i]),
    column(32, () => ''),
  ]
  const data = signals[0].records.flatMap((_, record) =>
    signals.map(({ records, words }) => {
      const own = records[record]
      if (typeof own === 'string') return Buffer.concat([Buffer.from(own)], 2 * words!)
      return Buffer.from(Int16Array.from(own).buffer)
    }),
  )
  return Buffer.concat([Buffer.from(fixed + head.join(''), 'latin1'), ...data])
}
