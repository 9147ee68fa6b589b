import { wrong } from './predictions.ts'

/** Records from the highest score down; records with equal scores stand together. */
export interface Ranking {
  readonly order: Uint32Array
  /** 1 where the next record has another score: the last place of a group of ties. */
  readonly endsTie: Uint8Array
}

/** Returns the ranking of scores (any real numbers, infinities too). Throws HolterError on NaN. */
export function rank(scores: ArrayLike<number>): Ranking {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i)
  for (let i = 0; i < scores.length; i++)
    if (Number.isNaN(scores[i])) throw wrong(`record ${i}`, 'the score is not a number', 'NaN')
  order.sort((a, b) => (scores[a] < scores[b] ? 1 : scores[a] > scores[b] ? -1 : a - b))
  const endsTie = Uint8Array.from(order, (record, place) => Number(scores[record] !== scores[order[place + 1]]))
  return { order, endsTie }
}

/** Every way of cutting records into "score at least t" and the rest, from the highest score down. */
export interface Cuts {
  /** The distinct scores, descending. */
  readonly scores: Float64Array
  /** Positives and negatives with a score of at least that. */
  readonly truePositives: Uint32Array
  readonly falsePositives: Uint32Array
}

/** Returns the cuts of one class; `positives` holds 0 or 1 per record. */
export function cuts(scores: ArrayLike<number>, positives: ArrayLike<number>): Cuts {
  const { order, endsTie } = rank(scores)
  const distinct: number[] = []
  const truePositives: number[] = []
  const falsePositives: number[] = []
  let found = 0
  for (let place = 0; place < order.length; place++) {
    found += positives[order[place]]
    if (!endsTie[place]) continue
    distinct.push(scores[order[place]])
    truePositives.push(found)
    falsePositives.push(place + 1 - found)
  }
  return {
    scores: Float64Array.from(distinct),
    truePositives: Uint32Array.from(truePositives),
    falsePositives: Uint32Array.from(falsePositives),
  }
}
