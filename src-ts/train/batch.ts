/** Some records, ready for the network. The arrays are used again for the next batch. */
export interface Batch {
  readonly size: number
  /** Samples per lead. */
  readonly length: number
  /** Columns of images; absent in signals. */
  readonly width?: number
  /** Which records of the split, in the order of the rows. */
  readonly records: Uint32Array
  /** Standardized, [size, length, leads], of images [size, length, width, leads]. */
  readonly inputs: Float32Array
  /** The signals that were drawn, as teachers of signals see them; absent where the inputs are no drawings. */
  readonly signals?: Pick<Batch, 'length' | 'inputs'>
  /** Standardized, [size, features]; absent when the task has none. */
  readonly features?: Float32Array
  /** 0 or 1, or between them after mixing, [size, labels]. */
  readonly targets: Float32Array
  /** The same for the auxiliary labels, [size, auxiliary labels]; absent when the records have none. */
  readonly auxiliary?: Float32Array
}
