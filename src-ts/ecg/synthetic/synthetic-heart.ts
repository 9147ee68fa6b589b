import type { Random } from '../../random.ts'

/** Left, down (feet), back: the axes of the heart's dipole, in the convention of Frank's leads. */
export type Vector = readonly [number, number, number]

/** A bell of the heart's dipole within a beat. */
export interface Wave {
  /** Centre after the R peak, at a heart cycle of one second. */
  readonly atSeconds: number
  /** Standard deviation of the Gaussian. */
  readonly widthSeconds: number
  /** Height in millivolts. */
  readonly vector: Vector
  /** True for repolarization, which moves with the square root of the cycle (Bazett). */
  readonly movesWithRate: boolean
}

/** A heart whose beats can be changed wave by wave before they are drawn. */
interface Parts {
  pScale: number
  septal: Vector
  main: Vector
  mainWidth: number
  basal: Vector
  repolarization: Vector
  readonly extra: Wave[]
}

export type Pattern = 'CD' | 'HYP' | 'MI' | 'NORM' | 'STTC'

/**
 * Returns the waves of one patient's beat: P, QRS (septum, free wall, base) and T as Gaussians of the dipole, varied from patient
 * to patient, with the given patterns on top. Each pattern has forms of its own and a severity that begins near nothing, so that
 * none of them can be told with certainty. The idea of Gaussians: McSharry et al., IEEE TBME 50(3), 2003; their use for a dipole:
 * Sameni et al., EURASIP J. Adv. Signal Process. 2007. The numbers are drawn by hand after normal amplitudes and durations.
 */
export function heartbeat(patterns: readonly Pattern[], random: Random): Wave[] {
  const vary = (vector: Vector, deviation: number) => scaled(vector, Math.exp(deviation * random.normal()))
  const parts: Parts = {
    pScale: Math.exp(0.25 * random.normal()),
    septal: vary([-0.12, -0.05, -0.14], 0.3),
    main: vary([0.95, 0.75, 0.1], 0.15),
    mainWidth: 0.0115 * Math.exp(0.08 * random.normal()),
    basal: vary([-0.12, -0.08, 0.55], 0.25),
    repolarization: vary([0.27, 0.2, -0.14], 0.3),
    extra: [],
  }
  for (const pattern of patterns) change[pattern](parts, 0.3 + 0.8 * random.uniform(), random)
  const prSeconds = 0.16 + 0.015 * random.normal()
  const waves = [
    fixed(-prSeconds - 0.012, 0.018, scaled([0.03, 0.08, -0.03], parts.pScale)),
    fixed(-prSeconds + 0.012, 0.018, scaled([0.06, 0.05, 0.03], parts.pScale)),
    fixed(-0.026, 0.008, parts.septal),
    fixed(0, parts.mainWidth, parts.main),
    fixed(0.027, parts.mainWidth, parts.basal),
    // A slow rise and a faster fall.
    moving(0.24, 0.05, scaled(parts.repolarization, 0.55)),
    moving(0.28, 0.034, scaled(parts.repolarization, 0.75)),
    ...parts.extra,
  ]
  // Position of the heart in the chest, and how much of its voltage reaches the skin.
  const turns = [0, 1, 2].map(() => 0.2 * random.normal())
  const voltage = Math.exp(0.2 * random.normal())
  return waves.map(one => ({ ...one, vector: scaled(turned(one.vector, turns), voltage) }))
}

/** What a pattern does to a normal heart; `severity` is 0.3 to 1.1. */
const change: Readonly<Record<Pattern, (parts: Parts, severity: number, random: Random) => void>> = {
  NORM() {},

  CD(parts, severity, random) {
    const kind = random.uniform()
    if (kind < 0.4) {
      // Left bundle branch: no septal vector, a broad notched R to the left and back, T against it.
      parts.septal = scaled(parts.septal, 1 - severity)
      parts.mainWidth *= 1 + 0.9 * severity
      parts.extra.push(fixed(0.05, 0.018, [0.6 * severity, 0.15 * severity, 0.5 * severity]))
      parts.repolarization = plus(parts.repolarization, [-0.45 * severity, -0.1 * severity, -0.25 * severity])
    } else if (kind < 0.75) {
      // Right bundle branch: a late vector to the right and front.
      parts.extra.push(
        fixed(0.058, 0.014 * (1 + 0.4 * severity), [-0.5 * severity, -0.05 * severity, -0.55 * severity]),
      )
      parts.repolarization = plus(parts.repolarization, [0.05 * severity, 0, 0.2 * severity])
    } else {
      // Left anterior fascicle: the axis turns upwards.
      parts.main = plus(parts.main, [0.1 * severity, -1.5 * severity, 0])
      parts.mainWidth *= 1 + 0.15 * severity
    }
  },

  HYP(parts, severity, random) {
    parts.pScale *= 1 + 0.5 * severity * random.uniform()
    if (random.uniform() < 0.75) {
      // Left ventricle: high voltage, and in the greater part of cases strain.
      parts.main = scaled(parts.main, 1 + 0.9 * severity)
      parts.basal = scaled(parts.basal, 1 + 0.9 * severity)
      if (random.uniform() < 0.65) {
        parts.repolarization = plus(parts.repolarization, [-0.42 * severity, -0.12 * severity, 0.1 * severity])
        parts.extra.push(plateau([-0.1 * severity, -0.04 * severity, 0.04 * severity]))
      }
    } else {
      // Right ventricle: the main vector turns right and to the front.
      parts.main = plus(parts.main, [-1.0 * severity, 0.25 * severity, -0.75 * severity])
      parts.repolarization = plus(parts.repolarization, [0.05 * severity, -0.05 * severity, 0.25 * severity])
    }
  },

  MI(parts, severity, random) {
    const kind = random.uniform()
    const wall: Vector = kind < 0.4 ? [0.25, 0, -1] : kind < 0.8 ? [0, 1, 0.1] : [1, 0, -0.1]
    // From a fresh infarction (raised ST) to an old one (Q wave and turned T).
    const age = random.uniform()
    parts.septal = plus(parts.septal, scaled(wall, -0.2 * severity))
    parts.extra.push(fixed(-0.02, 0.012 * (1 + 0.3 * severity), scaled(wall, -0.45 * severity)))
    parts.extra.push(plateau(scaled(wall, 0.22 * severity * (1 - age))))
    parts.repolarization = plus(parts.repolarization, scaled(wall, -0.4 * severity * age))
  },

  STTC(parts, severity, random) {
    const share = random.uniform()
    parts.extra.push(plateau(scaled([-0.13, -0.1, 0.05], severity * (0.35 + share))))
    parts.repolarization = scaled(parts.repolarization, 1 - 1.7 * severity * (1.1 - 0.8 * share))
  },
}

/** A wave of P or QRS, which stays where it is at any rate. */
function fixed(atSeconds: number, widthSeconds: number, vector: Vector): Wave {
  return { atSeconds, widthSeconds, vector, movesWithRate: false }
}

/** A wave of ST or T. */
function moving(atSeconds: number, widthSeconds: number, vector: Vector): Wave {
  return { atSeconds, widthSeconds, vector, movesWithRate: true }
}

/** The ST segment. */
function plateau(vector: Vector): Wave {
  return moving(0.12, 0.042, vector)
}

function scaled([x, y, z]: Vector, factor: number): Vector {
  return [x * factor, y * factor, z * factor]
}

function plus([x, y, z]: Vector, [dx, dy, dz]: Vector): Vector {
  return [x + dx, y + dy, z + dz]
}

/** Turns a vector about the three axes in turn, by radians. */
function turned([x, y, z]: Vector, [a, b, c]: readonly number[]): Vector {
  const [y1, z1] = [y * Math.cos(a) - z * Math.sin(a), y * Math.sin(a) + z * Math.cos(a)]
  const [x2, z2] = [x * Math.cos(b) + z1 * Math.sin(b), z1 * Math.cos(b) - x * Math.sin(b)]
  return [x2 * Math.cos(c) - y1 * Math.sin(c), x2 * Math.sin(c) + y1 * Math.cos(c), z2]
}
