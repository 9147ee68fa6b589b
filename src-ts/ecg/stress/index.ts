import { clock } from './clock.ts'
import { fibrillation } from './fibrillation.ts'
import { leads } from './leads.ts'
import { noise } from './noise.ts'
import { pacing } from './pacing.ts'
import { rates } from './rates.ts'
import { runs } from './runs.ts'
import type { Stress } from './stress.ts'
import { tallWaves } from './tall-waves.ts'

const labels: readonly Stress[] = [
  { name: 'mislabelled-10', about: 'a tenth of the ventricular beats called normal', mislabelled: 0.1 },
  { name: 'mislabelled-20', about: 'a fifth of them', mislabelled: 0.2 },
]

/** What the monitor is played with besides the records themselves. */
export const stresses: readonly Stress[] = [
  { name: 'none', about: 'the records as they are' },
  ...leads,
  ...clock,
  ...rates,
  ...noise,
  ...pacing,
  ...tallWaves,
  ...runs,
  ...fibrillation,
  ...labels,
]
