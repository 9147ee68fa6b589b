import { chromium } from './chromium.ts'
import type { Engine } from './engine.ts'
import { node } from './node.ts'
import { reference } from './reference.ts'
import { tfliteMicro } from './tflite-micro.ts'
import { wasmtime } from './wasmtime.ts'

/** Every way of running a model: one file, one line. The reference comes first: it is the definition. */
export const engines: readonly Engine[] = [reference, node, chromium, wasmtime, tfliteMicro]
