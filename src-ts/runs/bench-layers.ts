import { buildForTiming } from '../codegen/build.ts'
import { loadModel } from '../engines/model.ts'
import { node } from '../engines/node.ts'
import { probeInputs } from '../engines/parity.ts'
import type { Flavour } from '../ops/flavour.ts'

/** Runs that are not counted: V8 compiles again what runs often. */
const WARM_UP = 50

export interface BenchLayersInput {
  /** A .tflite file of int8 (or 16×8) arithmetic. */
  readonly model: string
  /** Runs that are counted. Default 100. */
  readonly reps?: number
  /** Default: the last that V8 of this process runs. */
  readonly flavour?: Flavour
}

/** The time of one node; it holds for this machine and this moment. */
export interface LayerTime {
  /** Its place in the network that was compiled: passes may have removed nodes of the file. */
  readonly step: number
  readonly op: string
  readonly name: string
  readonly kernel: string
  /** Median of the runs. A call and the clock, some 0.1 µs, are part of it. */
  readonly medianNs: number
  readonly macs: number
  readonly gigaMacsPerSecond: number
  /** Part of the sum of all nodes, 0 … 1. */
  readonly share: number
}

/** Times every node of a model in V8, in whole inferences one after another. */
export async function benchLayers({ model: path, reps = 100, flavour }: BenchLayersInput): Promise<LayerTime[]> {
  const model = loadModel(path)
  const { program, wasm } = await buildForTiming(model.plan(flavour ?? (node.forms.at(-1)!.flavour as Flavour)))
  const { instance } = await WebAssembly.instantiate(wasm as BufferSource, {})
  const bytes = new Int8Array((instance.exports.memory as WebAssembly.Memory).buffer)
  const [network] = program.plan.networks
  const row = probeInputs(model, 4).subarray(-probeInputs(model, 1).length)
  const steps = network.nodes.flatMap((planned, step) => {
    const run = instance.exports[`node${step}`] as (() => void) | undefined
    return run ? [{ step, planned, run, times: [] as number[] }] : []
  })
  for (let rep = 0; rep < WARM_UP + reps; rep++) {
    let at = 0
    for (const port of network.inputs) {
      bytes.set(row.subarray(at, at + port.bytes), port.address)
      at += port.bytes
    }
    for (const { run, times } of steps) {
      const before = process.hrtime.bigint()
      run()
      times.push(Number(process.hrtime.bigint() - before))
    }
  }
  const medians = steps.map(({ times }) => times.slice(WARM_UP).sort((a, b) => a - b)[reps >> 1])
  const total = medians.reduce((a, b) => a + b, 0)
  return steps.map(({ step, planned: { prepared, kernel } }, i) => {
    const macs = prepared.op.macs(prepared.view)
    return {
      step,
      op: prepared.op.kind,
      name: prepared.view.name,
      kernel: kernel!.name,
      medianNs: medians[i],
      macs,
      gigaMacsPerSecond: macs / medians[i],
      share: medians[i] / total,
    }
  })
}
