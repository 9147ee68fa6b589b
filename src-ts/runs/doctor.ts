import * as v from 'valibot'
import { engines } from '../engines/index.ts'
import { readTarget, type Target, targetNames } from '../package/target.ts'
import { converterPython, firmwareTool, programOnPath, venvPython } from '../toolchain.ts'
import { trainingMissing } from '../train/backend.ts'
import { version } from '../version.ts'
import { listData } from './list-data.ts'

/** One thing that Holter uses, beside itself. */
const Part = v.strictObject({
  kind: v.picklist(['engine', 'library', 'program', 'data']),
  name: v.string(),
  present: v.boolean(),
  /** What is there with it, and missing without. */
  gives: v.string(),
  /** How to get it; absent where it is there. */
  get: v.optional(v.string()),
})

/** What `holter doctor --json` prints. */
export const DoctorReport = v.strictObject({
  holter: v.string(),
  node: v.strictObject({ version: v.string(), supported: v.boolean() }),
  platform: v.string(),
  parts: v.array(Part),
})

export type Part = v.InferOutput<typeof Part>
export type DoctorReport = v.InferOutput<typeof DoctorReport>

const OLDEST_NODE = 20

/** Looks for everything that Holter can use on this machine; installs and changes nothing. */
export function doctor(): DoctorReport {
  return {
    holter: version,
    node: { version: process.versions.node, supported: Number(process.versions.node.split('.')[0]) >= OLDEST_NODE },
    platform: `${process.platform}-${process.arch}`,
    parts: [...enginesHere(), ...librariesHere(), ...programsHere(), ...dataHere()],
  }
}

/** What each engine is for. */
const ENGINES: Readonly<Record<string, string>> = {
  reference: 'the definition of every byte, in TypeScript',
  node: 'modules in V8, in this process',
  chromium: 'modules as on a web page, in verify and bench',
  wasmtime: 'modules outside of a browser, compiled ahead of time too',
  'tflite-micro': 'the independent reference of verify, and what bench compares times with',
}

function enginesHere(): Part[] {
  return engines.map(engine =>
    part('engine', engine.name, ENGINES[engine.name], engine.missing() === undefined, `${engine.missing()}`),
  )
}

function librariesHere(): Part[] {
  const training = trainingMissing()
  const device = (tool: Parameters<typeof firmwareTool>[0], name: string, form: string) =>
    part('library', name, `package: ${form}`, firmwareTool(tool) !== undefined, 'npx holter setup firmware')
  return [
    part('library', 'TensorFlow', 'train, distill, prune, quantize, evaluate float models', !training, `${training}`),
    part('library', 'Python tools', 'what tests compare with', !!venvPython(), 'npx holter setup python'),
    part('library', 'converter', 'import of models of Keras and ONNX', !!converterPython(), 'npx holter setup import'),
    device('wasm2c', 'wasm2c', 'targets that run C'),
    device('wasm3', 'wasm3', 'targets that interpret'),
    device('piLibrary', 'wasmtime for aarch64', 'Raspberry Pi'),
    device('piCompiler', 'wasmtime compiler', 'Raspberry Pi'),
  ]
}

/** Programs of the system: those that set-up compiles with, then those that targets name. */
function programsHere(): Part[] {
  const uses = new Map<string, { install: string; gives: string[] }>([
    ['python3', { install: 'python3-venv', gives: ['setup of python, wasmtime, firmware and import'] }],
    ['c++', { install: 'g++', gives: ['setup of training where its own installer fails'] }],
    ['cc', { install: 'gcc libc6-dev', gives: ['setup of wasmtime and of training'] }],
  ])
  for (const target of targetNames().map(readTarget)) {
    for (const { program, install } of callsOf(target)) {
      // Without packages it is a shell, or what the package itself holds.
      if (!install || /^sh$|\//.test(program)) continue
      const use = uses.get(program) ?? { install, gives: [] }
      if (!use.gives.includes(target.name)) use.gives.push(target.name)
      uses.set(program, use)
    }
  }
  return [...uses].map(([program, { install, gives }]) =>
    part(
      'program',
      program,
      `for ${gives.join(', ')}`,
      programOnPath(program) !== undefined,
      `apt-get install ${install}`,
    ),
  )
}

function callsOf({ boards }: Target) {
  return boards.flatMap(({ compile, convert, start }) => [compile, ...(convert ? [convert] : []), start])
}

function dataHere(): Part[] {
  return listData().map(({ name, title, folder, fetchable }) => {
    const get = fetchable ? `holter data fetch ${name}` : 'put it below ECG_DATA_DIR'
    return part('data', name, title, folder !== null, get)
  })
}

function part(kind: Part['kind'], name: string, gives: string, present: boolean, get: string): Part {
  return { kind, name, present, gives, ...(!present && { get }) }
}
