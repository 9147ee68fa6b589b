import { realFolder } from '../ecg/datasets/find-data.ts'
import { openMitBihBeats } from '../ecg/datasets/mit-bih-beats.ts'
import { mitbihAami } from './mitbih-aami.ts'
import type { Task } from './task.ts'

/** The same beats by the classes of the standard EC57 itself, as the program bxb applies it: escape beats are S. */
export const mitbihAamiEc57: Task = {
  ...mitbihAami,
  name: 'mitbih-aami-ec57',
  title: 'the beats of mitbih-aami with the classes of EC57 itself: escape beats are S',
  open: (source, splits, progress) => openMitBihBeats(realFolder(source, mitbihAamiEc57), 'ec57', splits, progress),
}
