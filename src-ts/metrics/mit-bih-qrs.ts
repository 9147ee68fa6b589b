import { clearestLead, detectQrs } from '../ecg/beats/qrs.ts'
import { MIT_BIH_RATE_HZ, type MitBihRecord } from '../ecg/datasets/mit-bih.ts'
import type { Annotation } from '../ecg/formats/wfdb-annotations.ts'
import { countQrs, type QrsCounts, type Span } from './ec57.ts'

/** How the QRS detector did on one record. */
export interface RecordQrs extends QrsCounts {
  readonly record: string
  /** The lead in which it looked, chosen from the signals alone. */
  readonly lead: string
}

/** Returns the EC57 counts of the QRS detector on one record of MIT-BIH. Annotations are read after the detection, to score it. */
export function scoreRecord(record: MitBihRecord): RecordQrs {
  const leads = [...record.leads()]
  const [lead, signal] =
    leads[
      clearestLead(
        leads.map(([, values]) => values),
        MIT_BIH_RATE_HZ,
      )
    ]
  const detected = detectQrs(signal, MIT_BIH_RATE_HZ)
  const reference = record.beats('ec57').samples
  return {
    record: record.id,
    lead,
    ...countQrs(reference, detected, MIT_BIH_RATE_HZ, flutterSpans(record.annotations)),
  }
}

/** Returns the stretches of ventricular flutter and fibrillation, which annotations enclose in `[` and `]`; the last may be open. */
export function flutterSpans(annotations: readonly Annotation[]): Span[] {
  const spans: Span[] = []
  let from: number | undefined
  for (const { sample, symbol } of annotations) {
    if (symbol === '[') from ??= sample
    else if (symbol === ']' && from !== undefined) {
      spans.push({ from, to: sample })
      from = undefined
    }
  }
  return from === undefined ? spans : [...spans, { from, to: Number.POSITIVE_INFINITY }]
}
