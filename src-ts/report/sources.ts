import type { Opened } from '../ecg/datasets/dataset.ts'

/** Where data comes from: what its licence wants to see. */
export interface Source {
  readonly name: string
  readonly licence: string
  readonly citation: string
}

const PTB_XL: Source = {
  name: 'PTB-XL 1.0.3',
  licence: 'CC BY 4.0',
  citation:
    'Wagner P, Strodthoff N, Bousseljot RD, et al. PTB-XL, a large publicly available electrocardiography dataset. Scientific Data 7, 154 (2020)',
}

const MIT_BIH: Source = {
  name: 'MIT-BIH Arrhythmia Database 1.0.0',
  licence: 'ODC-BY 1.0',
  citation:
    'Moody GB, Mark RG. The impact of the MIT-BIH Arrhythmia Database. IEEE Engineering in Medicine and Biology 20(3), 45–50 (2001)',
}

/** Returns the source of a data set (`Opened.name`), if it is a published one. Beats in the heartbeat format come from MIT-BIH. */
export function sourceOf(dataName: string): Source | undefined {
  if (dataName.startsWith('ptb-xl')) return PTB_XL
  return /^(mit-?bih|heartbeat)/.test(dataName) ? MIT_BIH : undefined
}

/** Returns what a page must cite for opened data; nothing for synthetic records and a user's own. */
export function sourcesOf({ name, synthetic }: Pick<Opened, 'name' | 'synthetic'>): Source[] {
  const source = synthetic ? undefined : sourceOf(name)
  return source ? [source] : []
}
