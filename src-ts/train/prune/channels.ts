import { magnitudes } from './channel-sums.ts'
import { type Coupling, coupling } from './coupling.ts'
import type { Amount, ChannelScores, ShrinkMethod } from './method.ts'
import { withoutChannels } from './without-channels.ts'

/** A layer keeps a multiple of so many channels: kernels compute them in tiles of 16, 8 or 4, the wider the faster. */
const tileOf = (channels: number) => (channels < 16 ? 4 : 8)

/** Channels that live or go together, in all layers that make them. */
interface Group {
  readonly group: number
  /** Compares with groups of the same layers; divided by their mean, with all. */
  readonly score: number
}

/** Structured pruning: whole channels, with all that depends on them. */
export const channels: ShrinkMethod = {
  kind: 'shrink',
  name: 'channels',
  title: 'whole channels, which disappear from the graph',
  shrink(tf, model, amount) {
    const coupled = coupling(model)
    const scores = amount.scores ?? magnitudes(model)
    return withoutChannels(tf, model, coupled, goneOf(families(coupled, scores), amount))
  },
}

/** Groups that the same layers make: they compete for the share of these layers. */
interface Family {
  /** Names of the layers. */
  readonly makers: readonly string[]
  readonly groups: Group[]
}

function families({ layers, fixed }: Coupling, scores: ChannelScores): Family[] {
  const makers = new Map<number, string[]>()
  /** Of kernels, and of batch norms, which say more where there are any. */
  const [made, normalized] = [new Map<number, number>(), new Map<number, number>()]
  for (const { name, makes, outputs } of layers) {
    const own = scores.get(name)
    const mean = own ? own.reduce((a, b) => a + b) / own.length || 1 : 1
    for (const [i, group] of outputs.entries()) {
      if (makes) makers.set(group, [...(makers.get(group) ?? []), name])
      if (!own) continue
      const sums = makes ? made : normalized
      sums.set(group, (sums.get(group) ?? 0) + own[i] / mean)
    }
  }
  const families = new Map<string, Family>()
  for (const [group, names] of makers) {
    const score = normalized.get(group) ?? made.get(group)
    if (score === undefined || fixed.has(group)) continue
    const family = families.get(names.join()) ?? { makers: names, groups: [] }
    family.groups.push({ group, score })
    families.set(names.join(), family)
  }
  return [...families.values()]
}

/** The groups that go: the share with the lowest scores, of each family or of all together. */
function goneOf(all: readonly Family[], { sparsity, layers = {}, scope = 'layer' }: Amount): Set<number> {
  const together = all.flatMap(({ groups }) => groups.map(({ score }) => score)).sort((a, b) => a - b)
  const limit = together[Math.round(sparsity * together.length)]
  const gone = new Set<number>()
  for (const { makers, groups } of all) {
    const own = makers.map(name => layers[name]).find(share => share !== undefined)
    const global = scope === 'global' && own === undefined
    const kept = global ? groups.filter(({ score }) => score >= limit).length : (1 - (own ?? sparsity)) * groups.length
    const tile = tileOf(groups.length)
    const width = Math.min(groups.length, tile * Math.max(1, Math.round(kept / tile)))
    const sorted = [...groups].sort((a, b) => a.score - b.score)
    for (const { group } of sorted.slice(0, groups.length - width)) gone.add(group)
  }
  return gone
}
