import { BEAT_CLASSES } from '../ecg/beats/beat-classes.ts'
import { realFolder } from '../ecg/datasets/find-data.ts'
import { cutHeartbeats, HEARTBEAT_RATE_HZ, HEARTBEAT_SAMPLES } from '../ecg/datasets/heartbeat.ts'
import { locateHeartbeats, openHeartbeats } from '../ecg/datasets/heartbeat-dataset.ts'
import type { Task } from './task.ts'

/**
 * The class of one beat, in the form of shayanfazeli/heartbeat (Kachuee, Fazeli and Sarrafzadeh, IEEE ICHI 2018): from those two files, or from
 * beats made the same way of the MIT-BIH records. Samples are shares of the range of the ten seconds around the beat, not millivolts.
 */
export const heartbeat: Task = {
  name: 'heartbeat',
  title: 'class of a beat (N S V F Q), one lead, 187 samples at 125 Hz; intra-patient',
  kind: 'single-label',
  labels: BEAT_CLASSES,
  leads: ['MLII'],
  sampleRateHz: HEARTBEAT_RATE_HZ,
  samples: HEARTBEAT_SAMPLES,
  unit: 'relative',
  needs: 'mit-bih',
  intraPatient: true,
  cutBeats: cutHeartbeats,
  locate: locateHeartbeats,
  open: (source, splits, progress) => openHeartbeats(realFolder(source, heartbeat), splits, progress),
}
