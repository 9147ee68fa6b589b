/** Told how much of a stage is done, and of how much. */
export type Report = (done: number, total: number) => void

/** A display of one stage. */
export interface Watch {
  /** Says how much is done. `text` is what is being done, or its result so far: "epoch 3/12 loss 0.31". */
  update(done: number, more?: { total?: number; text?: string }): void
  /** Ends the display; in a log with one line that says how much was done in what time. */
  stop(): void
}

/** Who is told of a run while it goes on, and who may stop it. Every part may be left out. */
export interface Context {
  /** Opens a display of a stage: its title ("train"), what is counted ("batches"), and how many there are if that is known. */
  readonly watch?: (title: string, unit: string, total?: number) => Watch
  /** Gets sentences that a person should read beside the result: which data was found, how many records it has. */
  readonly say?: (sentence: string) => void
  /** Training stops after its current batch; what only reads or computes rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

const UNSEEN: Watch = { update() {}, stop() {} }

/** Opens a display of a stage, or one that shows nothing when nobody watches. */
export function openWatch({ watch }: Context, title: string, unit: string, total?: number): Watch {
  return watch?.(title, unit, total) ?? UNSEEN
}

/** Does work behind a display. What it reports goes there; a report after the signal rejects with the signal's reason. */
export async function watched<T>(
  context: Context,
  title: string,
  unit: string,
  work: (report: (done: number, total: number, text?: string) => void) => T | Promise<T>,
): Promise<T> {
  const watch = openWatch(context, title, unit)
  const result = await work((done, total, text) => {
    context.signal?.throwIfAborted()
    watch.update(done, { total, ...(text !== undefined && { text }) })
  })
  watch.stop()
  return result
}
