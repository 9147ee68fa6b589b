import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { random } from '../../src-ts/random.ts'
import { NetworkBuilder } from './network-builder.ts'

/** Returns a network along time with branches, concatenations along time and channels, sums, products, pools and tables. */
export function branchedNetwork(seed: number): IntGraph {
  const r = random(seed, 77)
  const build = new NetworkBuilder(`branched ${seed}`)
  const made = [build.input([1, 1, 3 + r.integer(12), 1 + r.integer(20)])]
  const read = new Set<number>()
  const pick = () => made[r.integer(3) ? made.length - 1 : r.integer(made.length)]
  const like = (x: number) => made.filter(y => `${build.shapeOf(y)}` === `${build.shapeOf(x)}`)
  const makers = [
    (x: number) => build.conv(x, 1 + r.integer(20), [1, 1 + r.integer(4)], 1),
    (x: number) => build.hardSwish(x),
    (x: number) => build.maxPool(x, Math.min(2, build.shapeOf(x)[2]), 1 + r.integer(2), 'valid'),
    (x: number) => build.maxPool(x, 3, 1),
    (x: number) => build.add(x, like(x)[r.integer(like(x).length)]),
    (x: number) => build.mul(x, like(x)[r.integer(like(x).length)]),
    (x: number) => build.concatRescaled([x, ...like(x).slice(0, 1 + r.integer(3))], 2 + r.integer(2)),
    (x: number) => build.concatRescaled([x, build.conv(x, build.shapeOf(x)[3], [1, 3], 1), x], 2),
  ]
  for (let nodes = 4 + r.integer(8); nodes > 0; nodes--) {
    const x = pick()
    read.add(x)
    made.push(makers[r.integer(makers.length)](x))
  }
  const ends = made.filter(x => !read.has(x))
  return build.graph(...new Set([made[made.length - 1], ...ends.slice(-2)]))
}
