import type { CompiledModel } from '../engines/model.ts'
import { HolterError } from '../errors.ts'
import { sha256 } from '../files.ts'
import { buildMonitor, framesBytes } from '../monitor/device/build.ts'
import { DeviceTwin, EVENTS_BYTES } from '../monitor/device/events.ts'
import { type DeviceMonitor, deviceRules } from '../monitor/device/table.ts'
import { openNetwork } from '../monitor/open-networks.ts'
import { readRules } from '../monitor/rules.ts'
import { fileSource } from '../monitor/sources/file-source.ts'
import type { Source } from '../monitor/sources/source.ts'
import type { PackageOptions } from '../package/package.ts'
import { monitorVectors } from '../package/vectors.ts'
import { type Context, watched } from '../watch.ts'

export interface MonitorOrder {
  /** A recording: its leads and rate are the device's, its first seconds the self-test. */
  readonly record: string
  readonly seconds: number
  readonly rules?: string
}

/** Returns the monitor around a beat network as a model that can be packaged, its names, and its self-test. */
export async function monitorModel(
  path: string,
  model: CompiledModel,
  { record, seconds, rules }: MonitorOrder,
  context: Context,
) {
  const source = fileSource(record)
  const { leads, sampleRateHz } = source
  const device: DeviceMonitor = {
    leads,
    sampleRateHz,
    // Four pushes a second: as often as the quality of the signal is judged.
    frames: Math.ceil(sampleRateHz / 4),
    rules: deviceRules(readRules(rules)),
  }
  const { graph, run } = await openNetwork(path, 'reference')
  const packaged: CompiledModel = {
    ...model,
    build: flavour => buildMonitor(graph, device, flavour, sha256(model.tflite)),
  }
  const frames = await firstFrames(source, Math.floor((seconds * sampleRateHz) / device.frames) * device.frames)
  const count = (frames.length * 4) / framesBytes(device)
  const twin = new DeviceTwin(graph, run, device)
  const lists = new Int8Array(count * EVENTS_BYTES)
  const size = frames.length / count
  await watched(context, 'play', 'pushes', report => {
    for (let i = 0; i < count; i++) {
      lists.set(twin.push(frames.subarray(i * size, (i + 1) * size)), i * EVENTS_BYTES)
      report(i + 1, count)
    }
  })
  const options: Omit<PackageOptions, 'adc'> = {
    vectors: monitorVectors(new Int8Array(frames.buffer), lists, count),
    monitor: { ...device, labels: graph.metadata!.labels },
  }
  return { packaged, options }
}

/** The first so many frames of a recording. */
async function firstFrames({ leads, blocks, name }: Source, count: number): Promise<Int32Array> {
  const frames = new Int32Array(count * leads.length)
  let taken = 0
  for await (const block of blocks()) {
    if (block.kind !== 'frames') continue
    const part = block.frames.subarray(0, frames.length - taken)
    frames.set(part, taken)
    taken += part.length
    if (taken === frames.length) return frames
  }
  throw new HolterError({
    stage: 'package',
    where: name,
    problem: 'the recording is shorter than the self-test',
    got: `${taken / leads.length} samples`,
    expected: `${count}`,
    hint: 'Give fewer --seconds',
  })
}
