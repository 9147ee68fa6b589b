/** Sets of numbered things that are joined one by one (Galler and Fischer, 1964). */
export interface DisjointSets {
  /** Returns the number of a new thing, in a set of its own. */
  add(): number
  join(a: number, b: number): void
  /** Returns the number that stands for a thing's set. */
  find(thing: number): number
}

export function disjointSets(): DisjointSets {
  const parents: number[] = []
  const find = (thing: number): number => {
    while (parents[thing] !== thing) {
      parents[thing] = parents[parents[thing]]
      thing = parents[thing]
    }
    return thing
  }
  return {
    add: () => parents.push(parents.length) - 1,
    join(a, b) {
      parents[find(b)] = find(a)
    },
    find,
  }
}
