import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { byName, HolterError } from '../errors.ts'
import type { Metadata } from '../ir/metadata.ts'
import { tasks } from './index.ts'
import { formOf, ownTask } from './own-task.ts'
import type { Task } from './task.ts'
import { isTaskFile, readTaskFile, TASK_FILE } from './task-file.ts'

/** What is known of the task that somebody means. */
export interface TaskChoice {
  /** The word after --task: a name, or a task file. */
  readonly task?: string
  /** The folder after --data; its task file, if it has one, is the task of its records. */
  readonly data?: string
}

/** Returns the task that was named, else that of the folder with the data, else the one called `otherwise`. */
export function findTask({ task, data }: TaskChoice, otherwise: string): Task {
  if (task !== undefined && isTaskFile(task)) return taskOfFile(task)
  const beside = data === undefined ? undefined : join(data, TASK_FILE)
  const own = beside !== undefined && existsSync(beside) ? taskOfFile(beside) : undefined
  if (own && (task ?? own.name) === own.name) return own
  return byName('task', task ?? otherwise, own ? [...tasks, own] : tasks)
}

/** Returns the task that a model was made for; what one of a user's own was, the model says itself. */
export function taskOfModel(metadata: Metadata): Task {
  const known = tasks.find(({ name }) => name === metadata.task)
  if (known || metadata.unit === 'relative' || metadata.features || metadata.width)
    return byName('task', metadata.task, tasks)
  const { task: name, kind, labels, leads, sampleRateHz, samples } = metadata
  return ownTask({ name, kind, labels, leads, sampleRateHz, samples })
}

function taskOfFile(path: string): Task {
  const task = ownTask(formOf(readTaskFile(path)))
  if (!tasks.some(({ name }) => name === task.name)) return task
  const problem = `Holter has a task of the name ${task.name}`
  throw new HolterError({ stage: 'file', where: path, problem, hint: 'Give yours another one' })
}
