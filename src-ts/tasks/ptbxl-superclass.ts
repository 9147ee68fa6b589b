import { refuseReading } from '../ecg/datasets/find-data.ts'
import { locateFolder, openFolder } from '../ecg/datasets/folder.ts'
import { openPtbXl } from '../ecg/datasets/ptb-xl.ts'
import { locatePtbXl } from '../ecg/datasets/ptb-xl-labels.ts'
import { openSynthetic } from '../ecg/synthetic/synthetic.ts'
import type { Task } from './task.ts'

const form = {
  /** Alphabetical, as the published protocol binarizes them. */
  labels: ['CD', 'HYP', 'MI', 'NORM', 'STTC'],
  leads: ['I', 'II', 'III', 'AVR', 'AVL', 'AVF', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'],
  sampleRateHz: 100,
  samples: 1000,
  unit: 'mV',
} as const

/**
 * The five diagnostic superclasses of PTB-XL from ten seconds of twelve leads at 100 Hz, on PTB-XL, on a user's own files with a table of
 * labels (files of mere numbers hold millivolts at the task's rate, in columns of its leads), or on synthetic records.
 */
export const ptbxlSuperclass: Task = {
  name: 'ptbxl-superclass',
  title: 'five diagnostic superclasses of PTB-XL (CD HYP MI NORM STTC), 12 leads, 100 Hz, 10 s',
  kind: 'multi-label',
  ...form,
  locate: root => locatePtbXl(root) ?? locateFolder(root),
  open(source, splits, progress) {
    if (source.kind === 'synthetic') return openSynthetic(source.seed, splits, source.records, progress)
    if (!locatePtbXl(source.dir))
      return openFolder(source.dir, { ...form, kind: 'multi-label' }, splits, source, progress)
    refuseReading(source, 'PTB-XL')
    return openPtbXl(source.dir, form, splits, source, progress)
  },
}
