/** Units of a millivolt, by the names that files use for the unit; µ stands twice in Unicode. */
const UNITS_PER_MILLIVOLT: Readonly<Record<string, number>> = { mV: 1, uV: 1000, µV: 1000, μV: 1000, V: 0.001, nV: 1e6 }

/** The names of all voltages. */
export const VOLTAGES = Object.keys(UNITS_PER_MILLIVOLT)

/** Returns how many of a unit make a millivolt, or undefined if the name is not that of a voltage. */
export function unitsPerMillivolt(unit: string): number | undefined {
  return Object.hasOwn(UNITS_PER_MILLIVOLT, unit) ? UNITS_PER_MILLIVOLT[unit] : undefined
}
