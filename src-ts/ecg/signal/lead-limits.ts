/** Less than this between a lead's extremes is no heart: no lead of PTB-XL's folds 1 to 9 looked at has less than 0.15 mV. */
export const FLAT_MILLIVOLTS = 0.05
/** Electrodes hold an offset of up to 300 mV while they touch the skin (IEC 60601-2-27 asks amplifiers to bear that much). */
export const OFFSET_MILLIVOLTS = 300
/** No heart, pacemaker or bump of an electrode reaches it: microvolts were taken for millivolts. PTB-XL's largest spikes have 28 mV. */
export const RANGE_MILLIVOLTS = 100
/** Farther from the middle of a lead nothing of a heart or a pacemaker's edge lies, but spikes of electrodes do; such records can be used. */
export const EXCURSION_MILLIVOLTS = 20
