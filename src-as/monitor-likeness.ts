// How a QRS complex looks beside others. Twin of Likeness in src-ts/monitor/observations.ts.

/** In thousandths; of the two leads that beats are classified by the lower, the higher, the wider. */
export class Likeness {
  /** Whether the last beat was described: one that the signal is too poor for is like nothing. */
  known: bool = false;
  /** Correlation with the usual complex, in the lead where it is least and in the other. */
  least: i64 = 0;
  most: i64 = 0;
  /** Width over that of the usual complex. */
  width: i64 = 0;
  /** Correlation with one of the two complexes before, that which it looks more like; mean of the leads. */
  alike: i64 = 0;
}
