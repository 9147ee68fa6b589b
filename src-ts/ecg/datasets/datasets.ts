import { locateHeartbeatCsv } from './heartbeat.ts'
import { FIRST_FILE, locateMitBih } from './mit-bih.ts'
import { DATABASE_FILE, locatePtbXl } from './ptb-xl-labels.ts'

/** A set of records that the product knows by name. */
export interface KnownDataset {
  readonly name: string
  /** One clause for people. */
  readonly title: string
  readonly licence: string
  readonly cite: string
  /** Returns the folder that holds it at or below a data root, or undefined. */
  locate(root: string): string | undefined
  /** Where `holter data fetch` gets it, or undefined if it cannot be fetched without an account. */
  readonly source?: DatasetSource
}

export interface DatasetSource {
  /** Path below the server's root. */
  readonly path: string
  /** Files of the list of checksums that are wanted. */
  wanted(file: string): boolean
  /** The file by which `locate` knows the data set: fetched when all others are there. */
  readonly last: string
}

const ptbXl: KnownDataset = {
  name: 'ptb-xl',
  title: '21,799 clinical 12-lead records of 10 s, with statements',
  licence: 'CC BY 4.0',
  cite: 'Wagner et al., Scientific Data 7:154, 2020',
  locate: locatePtbXl,
  // The 500 Hz records are six times as large and bring nothing for the tasks here.
  source: { path: 'files/ptb-xl/1.0.3', wanted: file => !file.startsWith('records500/'), last: DATABASE_FILE },
}

const mitBih: KnownDataset = {
  name: 'mit-bih',
  title: '48 half-hour ambulatory records of two leads, every beat annotated',
  licence: 'ODC-BY 1.0',
  cite: 'Moody and Mark, IEEE Eng. Med. Biol. 20(3):45-50, 2001',
  locate: locateMitBih,
  source: {
    path: 'files/mitdb/1.0.0',
    wanted: file => /^(\d{3}\.(hea|dat|atr)|RECORDS|ANNOTATORS)$/.test(file),
    last: FIRST_FILE,
  },
}

const heartbeat: KnownDataset = {
  name: 'heartbeat',
  title: 'beats of MIT-BIH as rows of 187 samples (shayanfazeli/heartbeat); else made from the records',
  licence: 'ODC-BY 1.0',
  cite: 'Kachuee, Fazeli and Sarrafzadeh, IEEE ICHI 2018',
  locate: locateHeartbeatCsv,
}

/** Every data set, in the order of `holter data list`. A new one is an entry here. */
export const datasets: readonly KnownDataset[] = [ptbXl, mitBih, heartbeat]
