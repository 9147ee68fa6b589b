/** Told how much of a stage is done, and of how much. */
export type Report = (done: number, total: number) => void

/** A display of one stage. */
export interface Watch {
  /** Says how much is done. `text` is what is being done, or its result so far: "epoch 3/12 loss 0.31". */
  update(done: number, more?: { total?: number; text?: string }): void
  /** Ends the display; in a log with one line that says how much was done in what time. */
  stop(): void
}
