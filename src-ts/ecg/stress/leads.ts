import { type Stress, withLeads } from './stress.ts'

/** Electrodes on other places and amplifiers of another gain. */
export const leads: readonly Stress[] = [
  {
    name: 'swapped',
    about: 'each lead in the place of the other',
    change(record) {
      const signals = [...record.leads.values()]
      return withLeads(record, (_, i) => signals[signals.length - 1 - i])
    },
  },
  { name: 'inverted', about: 'both leads upside down', change: record => withLeads(record, times(-1)) },
  { name: 'first-off', about: 'the first lead off', change: record => withLeads(record, without(0)) },
  { name: 'second-off', about: 'the second lead off', change: record => withLeads(record, without(1)) },
  { name: 'half', about: 'half the height', change: record => withLeads(record, times(0.5)) },
  { name: 'double', about: 'twice the height', change: record => withLeads(record, times(2)) },
]

function times(factor: number) {
  return (lead: Float64Array) => lead.map(value => factor * value)
}

function without(lost: number) {
  return (lead: Float64Array, i: number) => (i === lost ? lead.map(() => 0) : lead)
}
