/**
 * Which record belongs where in the MIT-BIH Arrhythmia Database.
 * Sources: de Chazal et al. (2004) for DS1 and DS2, the database's own directory for the rest.
 */
const list = (text: string): readonly string[] => text.split(' ')

/** Training side of the inter-patient split. */
export const DS1 = list('101 106 108 109 112 114 115 116 118 119 122 124 201 203 205 207 208 209 215 220 223 230')
/** Test side of the inter-patient split. */
export const DS2 = list('100 103 105 111 113 117 121 123 200 202 210 212 213 214 219 221 222 228 231 232 233 234')
/** Half of DS1 to fit on while choices are made. */
export const DS1_TRAIN = list('101 106 108 109 114 115 116 119 122 209 223')
/** The other half of DS1, to make choices by. */
export const DS1_VALIDATION = list('112 118 124 201 203 205 207 208 215 220 230')
/** Records of pacemakers, which AAMI leaves out of both sides. */
export const PACED = list('102 104 107 217')

export const MIT_BIH_SETS = {
  all: list([...DS1, ...DS2, ...PACED].sort().join(' ')),
  ds1: DS1,
  ds2: DS2,
  'ds1-train': DS1_TRAIN,
  'ds1-validation': DS1_VALIDATION,
  'ds2-without-202': DS2.filter(record => record !== '202'),
  paced: PACED,
} as const
export type MitBihSet = keyof typeof MIT_BIH_SETS

/** 201 and 202 were recorded from one man, and the published split has him on both sides. */
export const SHARED_PATIENT = { records: ['201', '202'], patient: '201+202' } as const

/** Said beside every score on DS2. */
export const SHARED_PATIENT_SENTENCE =
  'Records 201 (DS1) and 202 (DS2) are of one person, so that DS2 without 202 is reported as well.'

/** Returns who a record is of: every record is a person of its own, but for 201 and 202. */
export function mitBihPatient(record: string): string {
  return (SHARED_PATIENT.records as readonly string[]).includes(record) ? SHARED_PATIENT.patient : record
}
