import { Alarms, type MonitorEvent } from '../../src-ts/monitor/alarms.ts'
import { BeatNetwork } from '../../src-ts/monitor/beat-network.ts'
import { Monitor } from '../../src-ts/monitor/monitor.ts'
import type { Observation } from '../../src-ts/monitor/observations.ts'
import { openNetwork } from '../../src-ts/monitor/open-networks.ts'
import { readRules } from '../../src-ts/monitor/rules.ts'
import { type MadeBeat, madeLead } from './made-heart.ts'

export const network = await openNetwork('models/beat-rr.tflite')
export const rules = readRules()

/** Plays leads of one length through monitor and rules. */
export function play(
  leads: readonly Int32Array[],
  { skips = new Map<number, number>(), rate = 360, beats: classes = new BeatNetwork(network.graph, network.run) } = {},
) {
  const observations: Observation[] = []
  const events: MonitorEvent[] = []
  const alarms = new Alarms(rules, event => events.push(event))
  const names = leads.map((_, i) => ['MLII', 'V5'][i])
  const monitor = new Monitor({ leads: names, sampleRateHz: rate, beats: classes }, observation => {
    observations.push(observation)
    alarms.take(observation)
  })
  for (let i = 0; i < leads[0].length; i++) {
    const skip = skips.get(i)
    if (skip !== undefined) monitor.skip(skip)
    monitor.next(Int32Array.from(leads, lead => lead[i]))
  }
  monitor.end()
  const beats = observations.flatMap(o => (o.kind === 'beat' ? [o] : []))
  return { observations, events, alarms, beats, labels: beats.filter(beat => !beat.provisional) }
}

export const both = (beats: readonly MadeBeat[], seconds: number) =>
  [1, 2].map(seed => madeLead({ beats, seconds, seed }))
export const raised = (events: readonly MonitorEvent[]) =>
  events.filter(({ kind }) => kind === 'alarm').map(({ rule }) => rule)
