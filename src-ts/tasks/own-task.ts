import { locateFolder, openFolder } from '../ecg/datasets/folder.ts'
import { HolterError } from '../errors.ts'
import type { Task } from './task.ts'
import { samplesOf, type TaskFile } from './task-file.ts'

/** The part of a task that a model remembers. */
export type OwnForm = Pick<Task, 'name' | 'kind' | 'labels' | 'leads' | 'sampleRateHz' | 'samples'> &
  Partial<Pick<Task, 'title'>>

/** Returns a task on a user's own files: stretches of a recording in millivolts, by the table of a folder. Nothing synthetic stands in. */
export function ownTask(form: OwnForm): Task {
  const { name, labels, leads, sampleRateHz, samples } = form
  const title = `${labels.join(' ')} from ${leads.join(' ')}, ${sampleRateHz} Hz, ${samples / sampleRateHz} s`
  return {
    title,
    ...form,
    unit: 'mV',
    ownData: true,
    locate: locateFolder,
    open(source, splits, progress) {
      if (source.kind === 'folder') return openFolder(source.dir, form, splits, source, progress)
      const problem = 'synthetic records cannot stand in for a task of your own'
      throw new HolterError({ stage: 'ecg', where: name, problem, hint: 'Name the folder with labels.csv by --data' })
    },
  }
}

/** Returns the form that a task file describes. */
export function formOf({ exclusive, seconds, ...task }: TaskFile): OwnForm {
  const samples = samplesOf({ seconds, sampleRateHz: task.sampleRateHz })
  return { ...task, kind: exclusive ? 'single-label' : 'multi-label', samples }
}
