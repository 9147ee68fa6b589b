import type { Random } from '../../random.ts'
import type { Vector, Wave } from './synthetic-heart.ts'

/**
 * Leads I, II, V1–V6 as seen from the dipole (left, down, back): the transform of Dower, Machado and Osborne,
 * Clin. Cardiol. 3:87 (1980). The other four limb leads follow from I and II.
 */
const DOWER: readonly Vector[] = [
  [0.632, -0.235, 0.059],
  [0.235, 1.066, -0.132],
  [-0.515, 0.157, -0.917],
  [0.044, 0.164, -1.387],
  [0.882, 0.098, -1.277],
  [1.213, 0.127, -0.601],
  [1.125, 0.127, -0.086],
  [0.831, 0.076, 0.23],
]

/** Order of the leads that `drawRecord` writes. */
export const SYNTHETIC_LEADS = ['I', 'II', 'III', 'AVR', 'AVL', 'AVF', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const
export const SYNTHETIC_RATE_HZ = 100
export const SYNTHETIC_SAMPLES = 1000

/** A wave as each of the eight independent leads sees it. */
export interface ProjectedWave extends Omit<Wave, 'vector'> {
  readonly millivolts: readonly number[]
}

/** Returns the waves as electrodes see them that lie a little beside their places, on a chest of its own conductance. */
export function project(waves: readonly Wave[], random: Random): ProjectedWave[] {
  const electrodes = DOWER.map(row => {
    const contact = Math.exp(0.12 * random.normal())
    return row.map(weight => (weight + 0.05 * random.normal()) * contact)
  })
  return waves.map(({ vector, ...wave }) => ({
    ...wave,
    millivolts: electrodes.map(([x, y, z]) => x * vector[0] + y * vector[1] + z * vector[2]),
  }))
}

/**
 * Writes ten seconds of an ECG to `out` from `at` on, as [sample, lead] in microvolts: beats in a rhythm with variability, muscle
 * noise, and baseline wander. Noise is added to I, II and V1–V6 alone, so that III = II − I, aVR = −(I + II)/2, aVL = I − II/2 and
 * aVF = II − I/2 hold exactly before the last rounding to a microvolt.
 */
export function drawRecord(waves: readonly ProjectedWave[], random: Random, out: Int16Array, at: number): void {
  const leads = DOWER.map(() => new Float64Array(SYNTHETIC_SAMPLES))
  for (const { seconds, cycleSeconds, strength } of rhythm(random)) {
    const stretch = Math.sqrt(cycleSeconds)
    for (const wave of waves) {
      const centre = seconds + wave.atSeconds * (wave.movesWithRate ? stretch : 1)
      addBell(leads, wave, centre, strength)
    }
  }
  for (const lead of leads) addNoise(lead, random)
  const microvolts = (millivolts: number) => Math.max(-32767, Math.min(32767, Math.round(1000 * millivolts)))
  const [limbI, limbII, ...chest] = leads
  for (let sample = 0, to = at; sample < SYNTHETIC_SAMPLES; sample++) {
    const i = limbI[sample]
    const ii = limbII[sample]
    out[to++] = microvolts(i)
    out[to++] = microvolts(ii)
    out[to++] = microvolts(ii - i)
    out[to++] = microvolts(-(i + ii) / 2)
    out[to++] = microvolts(i - ii / 2)
    out[to++] = microvolts(ii - i / 2)
    for (const lead of chest) out[to++] = microvolts(lead[sample])
  }
}

function addBell(leads: readonly Float64Array[], wave: ProjectedWave, centre: number, strength: number): void {
  const reach = 4 * wave.widthSeconds
  const first = Math.max(0, Math.ceil((centre - reach) * SYNTHETIC_RATE_HZ))
  const last = Math.min(SYNTHETIC_SAMPLES - 1, Math.floor((centre + reach) * SYNTHETIC_RATE_HZ))
  for (let sample = first; sample <= last; sample++) {
    const distance = (sample / SYNTHETIC_RATE_HZ - centre) / wave.widthSeconds
    const height = strength * Math.exp(-0.5 * distance * distance)
    for (let lead = 0; lead < leads.length; lead++) leads[lead][sample] += height * wave.millivolts[lead]
  }
}

/**
 * Takes a lead's mean away, as the coupling of a recorder does (it would give away the area of T), and adds an offset, white noise
 * of muscles and amplifier, and slow waves of breath and movement.
 */
function addNoise(lead: Float64Array, random: Random): void {
  const mean = lead.reduce((sum, value) => sum + value, 0) / lead.length
  const offset = 0.05 * random.normal() - mean
  const noise = 0.008 + 0.022 * random.uniform()
  for (let i = 0; i < lead.length; i++) lead[i] += offset + noise * random.normal()
  for (const aboutHz of [0.15, 0.32]) {
    const step = (2 * Math.PI * aboutHz * (0.8 + 0.4 * random.uniform())) / SYNTHETIC_RATE_HZ
    addSine(lead, step, 2 * Math.PI * random.uniform(), 0.05 * random.normal())
  }
}

/** Adds height × sin(phase + i × step): by sin(x + s) = 2 cos(s) sin(x) − sin(x − s), since 33 million sines take half a second. */
function addSine(lead: Float64Array, step: number, phase: number, height: number): void {
  const factor = 2 * Math.cos(step)
  let before = height * Math.sin(phase - step)
  let now = height * Math.sin(phase)
  for (let i = 0; i < lead.length; i++) {
    lead[i] += now
    const next = factor * now - before
    before = now
    now = next
  }
}

interface Beat {
  readonly seconds: number
  readonly cycleSeconds: number
  /** Amplitude relative to the mean: it follows the breath. */
  readonly strength: number
}

/**
 * Returns R peaks that cover the ten seconds and a beat on either side. The cycle varies with blood pressure (about 0.1 Hz) and
 * breath (about 0.25 Hz), the two bands of heart-rate variability that McSharry et al. (2003) use.
 */
function rhythm(random: Random): Beat[] {
  const meanCycle = 60 / (52 + 48 * random.uniform())
  const bands = [
    {
      hz: 0.1 * (0.9 + 0.2 * random.uniform()),
      depth: 0.02 + 0.02 * random.uniform(),
      phase: 2 * Math.PI * random.uniform(),
    },
    {
      hz: 0.25 * (0.8 + 0.4 * random.uniform()),
      depth: 0.01 + 0.04 * random.uniform(),
      phase: 2 * Math.PI * random.uniform(),
    },
  ]
  const breath = bands[1]
  const beats: Beat[] = []
  const end = SYNTHETIC_SAMPLES / SYNTHETIC_RATE_HZ + meanCycle
  for (let seconds = -meanCycle * random.uniform(); seconds < end; ) {
    let relative = 1 + 0.008 * random.normal()
    for (const { hz, depth, phase } of bands) relative += depth * Math.sin(2 * Math.PI * hz * seconds + phase)
    const cycleSeconds = meanCycle * relative
    const strength = 1 + 0.05 * Math.sin(2 * Math.PI * breath.hz * seconds + breath.phase)
    beats.push({ seconds, cycleSeconds, strength })
    seconds += cycleSeconds
  }
  return beats
}
