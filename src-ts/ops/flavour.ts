import type binaryen from 'binaryen'
import { byName } from '../errors.ts'

/** Parts of WebAssembly beyond its first version, as binaryen names them. */
export type Feature = keyof typeof binaryen.Features

/** An instruction set that modules are made for. */
interface FlavourRow {
  /** The word after --flavour and in file names, and the name of its target in asconfig.json. */
  readonly name: string
  /** What its modules may use. */
  readonly features: readonly Feature[]
  /** Whether `compile`, `demo` and `verify` take it when no flavour is named. */
  readonly byDefault: boolean
}

/**
 * Every flavour: one line here and one target in asconfig.json. The fastest comes last: engines take the last that they run
 * when none is named.
 */
export const flavours = [
  { name: 'scalar', features: [], byDefault: true },
  // Scalar code whose read-only constants lie apart, so that a device can read them from flash; `package` makes it.
  { name: 'firmware', features: ['BulkMemory', 'BulkMemoryOpt', 'SignExt'], byDefault: false },
  {
    name: 'simd',
    features: ['SIMD128', 'BulkMemory', 'BulkMemoryOpt', 'SignExt', 'NontrappingFPToInt'],
    byDefault: true,
  },
  {
    name: 'relaxed',
    features: [
      'SIMD128',
      'RelaxedSIMD',
      'MutableGlobals',
      'BulkMemory',
      'BulkMemoryOpt',
      'SignExt',
      'NontrappingFPToInt',
    ],
    byDefault: false,
  },
] as const satisfies readonly FlavourRow[]

export type Flavour = (typeof flavours)[number]['name']

export const flavourNames: readonly Flavour[] = flavours.map(({ name }) => name)

/** What is built when no flavour is named. */
export const defaultFlavours: readonly Flavour[] = flavours.filter(row => row.byDefault).map(({ name }) => name)

/** Returns a flavour's line of the table; another name is a HolterError that lists the names. */
export function flavourRow(name: string): FlavourRow & { readonly name: Flavour } {
  return byName('flavour', name, flavours)
}

/** Whether a flavour's kernels compute in vectors (ASC_FEATURE_SIMD in src-as). */
export function hasVectors(flavour: Flavour): boolean {
  return flavourRow(flavour).features.includes('SIMD128')
}
