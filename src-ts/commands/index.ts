import type { Command } from 'commander'
import { bench } from './bench.ts'
import { compare } from './compare.ts'
import { compile } from './compile.ts'
import { completion } from './completion.ts'
import { compress } from './compress.ts'
import { crossValidate } from './cross-validate.ts'
import { data } from './data.ts'
import { demo } from './demo.ts'
import { distill } from './distill.ts'
import { doctor } from './doctor.ts'
import { evaluate } from './evaluate.ts'
import { flash } from './flash.ts'
import { importCommand } from './import.ts'
import { inspect } from './inspect.ts'
import { monitor } from './monitor.ts'
import { packageCommand } from './package.ts'
import { plot } from './plot.ts'
import { predict } from './predict.ts'
import { prune } from './prune.ts'
import { quantize } from './quantize.ts'
import { run } from './run.ts'
import { setup } from './setup.ts'
import { stream } from './stream.ts'
import { train } from './train.ts'
import { verify } from './verify.ts'

/** Every subcommand, in the order of --help: one file, one line. */
export const commands: readonly Command[] = [
  demo,
  data,
  plot,
  train,
  distill,
  crossValidate,
  prune,
  quantize,
  compress,
  importCommand,
  evaluate,
  compare,
  inspect,
  stream,
  compile,
  predict,
  monitor,
  run,
  verify,
  bench,
  packageCommand,
  flash,
  setup,
  doctor,
  completion,
]
