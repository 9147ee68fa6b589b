import { clearestLead, detectQrs } from '../ecg/beats/qrs.ts'
import { flutterSpans, MIT_BIH_RATE_HZ, type MitBihRecord } from '../ecg/datasets/mit-bih.ts'
import { countQrs, type QrsCounts } from './ec57.ts'

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
