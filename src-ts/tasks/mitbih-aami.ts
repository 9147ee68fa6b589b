import { BEAT_CHANNELS, BEAT_FEATURES } from '../ecg/beats/beat-stream.ts'
import { BEAT_RATE_HZ, BEAT_SAMPLES } from '../ecg/beats/beat-window.ts'
import { realFolder } from '../ecg/datasets/find-data.ts'
import { locateMitBih } from '../ecg/datasets/mit-bih.ts'
import { BEAT_LABELS, cutMitBihBeats, openMitBihBeats } from '../ecg/datasets/mit-bih-beats.ts'
import type { Task } from './task.ts'

/** Beats of MIT-BIH by AAMI class, trained and tested on different people (de Chazal's DS1 and DS2); escape beats are N, as papers on learning count them. */
export const mitbihAami: Task = {
  name: 'mitbih-aami',
  title:
    'AAMI classes (N S V F) of single beats of MIT-BIH, between patients: DS1 to learn, DS2 to test; escape beats are N',
  kind: 'single-label',
  labels: BEAT_LABELS,
  leads: BEAT_CHANNELS,
  sampleRateHz: BEAT_RATE_HZ,
  samples: BEAT_SAMPLES,
  unit: 'relative',
  features: BEAT_FEATURES,
  needs: 'mit-bih',
  cutBeats: cutMitBihBeats,
  locate: locateMitBih,
  open: (source, splits, progress) => openMitBihBeats(realFolder(source, mitbihAami), 'ml', splits, progress),
}
