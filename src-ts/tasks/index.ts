import { heartbeat } from './heartbeat.ts'
import { mitbihAami } from './mitbih-aami.ts'
import { mitbihAamiEc57 } from './mitbih-aami-ec57.ts'
import { ptbxlSuperclass } from './ptbxl-superclass.ts'
import type { Task } from './task.ts'

/** Every task of the command line. A new one is a file and a line here. */
export const tasks: readonly Task[] = [ptbxlSuperclass, heartbeat, mitbihAami, mitbihAamiEc57]
